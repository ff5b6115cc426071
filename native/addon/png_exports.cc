#include "addon/exports.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "png/decode.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

/// Hands the samples over without a copy.
Napi::Value to_js(Napi::Env env, png::Picture& picture) {
  Napi::Object result = Napi::Object::New(env);
  uint8_t* const data = picture.data.release();
  result.Set("data", Napi::Buffer<uint8_t>::New(env, data, picture.size,
                                                [](Napi::Env, uint8_t* samples) { delete[] samples; }));
  result.Set("width", static_cast<double>(picture.width));
  result.Set("height", static_cast<double>(picture.height));
  result.Set("channels", picture.channels);
  result.Set("depth", picture.depth);
  return result;
}

}  // namespace

Napi::Value decode_png(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    throw Napi::TypeError::New(info.Env(), "bytes must be a Uint8Array");
  const auto array = info[0].As<Napi::Uint8Array>();
  const std::span<const uint8_t> bytes(array.Data(), array.ByteLength());
  const int64_t max_pixels = integer_argument(info, 1, "maxPixels");
  return promise(
      info.Env(), runtime::workers(), {{info[0]}, {}, /*borrows_js_memory=*/true},
      [=] { return png::decode(bytes, max_pixels); },
      [](Napi::Env env, std::optional<png::Picture>& picture) -> Napi::Value {
        return picture ? to_js(env, *picture) : env.Null();
      });
}

}  // namespace deeplasia::addon
