#include <algorithm>
#include <numbers>

#include "addon/exports.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "phantom/phantom.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

phantom::Depth depth(const Napi::Object& object) {
  const std::string chosen = text(object, "depth");
  if (chosen == "8") return phantom::Depth::eight_bit;
  return chosen == "16" ? phantom::Depth::sixteen_bit : phantom::Depth::mixed;
}

phantom::Request request(const Napi::Object& object) {
  phantom::Request result{
      .seed = static_cast<uint64_t>(integer(object, "seed")),
      .index = static_cast<uint64_t>(integer(object, "index")),
      .subjects = {.male_share = number(object, "maleShare"),
                   .min_age_months = number(object, "minAgeMonths"),
                   .max_age_months = number(object, "maxAgeMonths")},
      .sizes = {},
      .depth = depth(object),
      .hard = boolean(object, "hard"),
  };
  for (const double size : numbers(object, "sizes")) {
    if (!(size >= phantom::kMinSize && size <= phantom::kMaxSize))
      throw Napi::TypeError::New(object.Env(), "sizes must be from 64 to 8192 pixels");
    result.sizes.push_back(static_cast<int64_t>(size));
  }
  if (result.sizes.empty()) throw Napi::TypeError::New(object.Env(), "sizes must not be empty");
  return result;
}

Napi::Object facts(Napi::Env env, const phantom::Phantom& drawn) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("sex", drawn.subject.sex == phantom::Sex::male ? "M" : "F");
  result.Set("boneAgeMonths", drawn.subject.bone_age_months);
  result.Set("ageMonths", drawn.subject.age_months);
  result.Set("handLengthMm", drawn.subject.hand_length_mm);
  result.Set("pixelMm", drawn.pixel_mm);
  result.Set("turnDegrees", drawn.turn * 180 / std::numbers::pi);
  result.Set("isInverted", drawn.is_inverted);
  result.Set("hasOtherHand", drawn.has_other_hand);
  result.Set("carpals", drawn.maturity.ossified_carpals());
  result.Set("epiphyses", drawn.maturity.ossified_epiphyses());
  result.Set("fused", drawn.maturity.fused_epiphyses());
  return result;
}

}  // namespace

Napi::Value draw_phantom(const Napi::CallbackInfo& info) {
  return promise(
      info.Env(), runtime::workers(), {},
      [what = request(object_argument(info, 0, "options"))] { return phantom::draw(what); },
      [](Napi::Env env, const phantom::Phantom& drawn) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        result.Set("image", bytes(env, drawn.image));
        result.Set("mask", bytes(env, drawn.mask));
        result.Set("width", static_cast<double>(drawn.width));
        result.Set("height", static_cast<double>(drawn.height));
        result.Set("depth", drawn.depth);
        result.Set("facts", facts(env, drawn));
        return result;
      });
}

}  // namespace deeplasia::addon
