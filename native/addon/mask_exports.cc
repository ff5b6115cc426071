// Masks of hands: a network's probabilities, and the mask of the hand from them.
#include <torch/script.h>

#include "addon/exports.h"
#include "addon/promise_task.h"
#include "addon/slots_request.h"
#include "addon/values.h"
#include "inference/hand_probability.h"
#include "mask/find_hand.h"
#include "runtime/queues.h"

namespace deeplasia::addon {

Napi::Value predict_masks(const Napi::CallbackInfo& info) {
  return SlotsRequest(info).promise(
      [](auto& model, const auto& batch, const auto& slots, int64_t channels, const auto& how) {
        return inference::hand_probability(model, batch, slots, channels, how);
      },
      tensor_values);
}

Napi::Value find_hand(const Napi::CallbackInfo& info) {
  if (!is_float_array(info[0])) mistyped(info.Env(), "probability", "a Float32Array");
  const auto given = info[0].As<Napi::Float32Array>();
  const int64_t side = integer_argument(info, 1, "side");
  const int64_t width = integer_argument(info, 2, "width");
  const int64_t height = integer_argument(info, 3, "height");
  if (side <= 0 || side > (1 << 16) || static_cast<size_t>(side * side) != given.ElementLength())
    throw Napi::TypeError::New(info.Env(), "probability must hold side * side values");
  const mask::Thresholds thresholds{
      .foreground = number_argument(info, 4, "threshold"),
      .seed = number_argument(info, 5, "seedThreshold"),
  };
  if (width <= 0 || height <= 0) throw Napi::TypeError::New(info.Env(), "width and height must be positive");
  // Copied now, because JS may change its array meanwhile.
  std::vector<float> probability(given.Data(), given.Data() + given.ElementLength());
  return promise(
      info.Env(), runtime::workers(), {},
      [=, probability = std::move(probability)] {
        return mask::find_hand(probability.data(), side, width, height, thresholds);
      },
      [](Napi::Env env, const std::optional<mask::HandMask>& hand) -> Napi::Value {
        if (!hand) return env.Null();
        Napi::Object result = Napi::Object::New(env);
        auto pixels = Napi::Uint8Array::New(env, hand->pixels.size());
        std::copy(hand->pixels.begin(), hand->pixels.end(), pixels.Data());
        result.Set("mask", pixels);
        result.Set("left", static_cast<double>(hand->box.left));
        result.Set("top", static_cast<double>(hand->box.top));
        result.Set("right", static_cast<double>(hand->box.right));
        result.Set("bottom", static_cast<double>(hand->box.bottom));
        result.Set("area", static_cast<double>(hand->area));
        result.Set("confidence", hand->confidence);
        return result;
      });
}

}  // namespace deeplasia::addon
