#include <c10/core/InferenceMode.h>
#include <torch/script.h>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/options.h"
#include "addon/promise_task.h"
#include "addon/slots_request.h"
#include "addon/values.h"
#include "image/heat.h"
#include "inference/saliency.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

struct Drawn {
  at::Tensor maps;                    // [slots, H, W]
  std::vector<uint8_t> pixels, grey;  // [slots, H, W, 3] and [slots, H, W]
};

Napi::Value drawn_to_js(Napi::Env env, const Drawn& drawn) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("maps", tensor_values(env, drawn.maps));
  result.Set("overlays", bytes(env, drawn.pixels));
  result.Set("inputs", bytes(env, drawn.grey));
  return result;
}

}  // namespace

// Loads a file, or takes ownership of a network handle.
Napi::Value load_saliency(const Napi::CallbackInfo& info) {
  using inference::Saliency;
  const auto options = load_options(object_argument(info, 1, "options"));
  auto& queue = runtime::compute_queue(options.device.str());
  const auto to_handle = [](Napi::Env env, const std::shared_ptr<Saliency>& made) {
    return Handle<Saliency>::create(env, made, made->bytes());
  };
  if (info[0].IsExternal()) {
    auto& handle = Handle<Network>::from(info[0]);
    return promise(
        info.Env(), queue, {{info[0]}, {&handle}},
        [network = handle.value(), options] { return Saliency::adopt(network->take(), options); }, to_handle);
  }
  const std::string path = text_argument(info, 0, "model");
  return promise(info.Env(), queue, {}, [=] { return Saliency::load(path, options); }, to_handle);
}

Napi::Value draw_saliency(const Napi::CallbackInfo& info) {
  using inference::Saliency;
  auto& handle = Handle<Saliency>::from(info[0]);
  auto& batch_handle = Handle<inference::Batch>::from(info[1]);
  const auto slots = slots_argument(info, 2);
  const int64_t channels = integer_argument(info, 3, "channels");
  const auto how = normalisation(object_argument(info, 4, "normalisation"));
  const auto sex = sex_argument(info, 5, slots.size());
  const bool occludes = boolean_argument(info, 6, "occlude");
  return promise(
      info.Env(), runtime::compute_queue(handle.value()->device().str()),
      {{info[0], info[1]}, {&handle, &batch_handle}},
      [saliency = handle.value(), batch = batch_handle.value(), slots, channels, how, sex, occludes] {
        const at::Tensor x = batch->gather(slots, channels, how, saliency->device());
        Drawn drawn{saliency->of(x, sex, occludes ? Saliency::Method::occlusion : saliency->best()), {}, {}};
        const inference::Normalisation to_unit{inference::Normalisation::Method::interval, {}, {}};
        const at::Tensor grey = batch->gather(slots, 1, to_unit, c10::kCPU);
        drawn.pixels.resize(static_cast<size_t>(3 * drawn.maps.numel()));
        image::draw_heat(grey.const_data_ptr<float>(), drawn.maps.const_data_ptr<float>(), drawn.maps.numel(),
                         drawn.pixels.data());
        const at::Tensor white = grey.mul(255).round_().to(at::kByte).contiguous();
        drawn.grey.assign(white.const_data_ptr<uint8_t>(), white.const_data_ptr<uint8_t>() + white.numel());
        return drawn;
      },
      drawn_to_js);
}

}  // namespace deeplasia::addon
