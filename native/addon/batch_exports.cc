#include <c10/core/InferenceMode.h>
#include <torch/script.h>

#include <optional>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/options.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "image/chain.h"
#include "inference/batch.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

Napi::Object to_js(Napi::Env env, const image::Facts& facts) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("width", static_cast<double>(facts.width));
  result.Set("height", static_cast<double>(facts.height));
  result.Set("percentile", facts.percentile);
  result.Set("highest", facts.highest);
  result.Set("maskShare", facts.mask.share);
  result.Set("maskBorder", facts.mask.border);
  result.Set("min", facts.min);
  result.Set("max", facts.max);
  return result;
}

/// Hands the samples over without a copy.
Napi::Value to_js(Napi::Env env, image::Prepared& prepared) {
  Napi::Object result = Napi::Object::New(env);
  auto* const samples = new std::vector<uint8_t>(std::move(prepared.samples));
  result.Set("data", Napi::Buffer<uint8_t>::New(
                         env, samples->data(), samples->size(),
                         [](Napi::Env, uint8_t*, std::vector<uint8_t>* held) { delete held; }, samples));
  result.Set("width", static_cast<double>(prepared.width));
  result.Set("height", static_cast<double>(prepared.height));
  result.Set("depth", prepared.depth);
  result.Set("facts", to_js(env, prepared.facts));
  return result;
}

}  // namespace

Napi::Value create_batch(const Napi::CallbackInfo& info) {
  const int64_t capacity = integer_argument(info, 0, "capacity");
  const int64_t height = integer_argument(info, 1, "height");
  const int64_t width = integer_argument(info, 2, "width");
  constexpr int64_t kMost = 1 << 16;
  if (capacity <= 0 || height <= 0 || width <= 0 || capacity > kMost || height > kMost || width > kMost)
    throw Napi::TypeError::New(info.Env(), "capacity, height and width must be positive and at most 65536");
  auto batch = std::make_shared<inference::Batch>(capacity, height, width);
  const int64_t bytes = batch->bytes();
  return Handle<inference::Batch>::create(info.Env(), std::move(batch), bytes);
}

Napi::Value fill_slot(const Napi::CallbackInfo& info) {
  auto& handle = Handle<inference::Batch>::from(info[0]);
  const int64_t slot = integer_argument(info, 1, "slot");
  const auto raw = picture(object_argument(info, 2, "picture"));
  std::optional<image::RawPicture> mask;
  Uses uses{{info[0], info[2].As<Napi::Object>().Get("data")}, {&handle}, /*borrows_js_memory=*/true};
  if (!info[3].IsNull()) {
    mask = picture(object_argument(info, 3, "mask"));
    uses.values.push_back(info[3].As<Napi::Object>().Get("data"));
  }
  const image::Plan how = plan(object_argument(info, 4, "plan"));
  return promise(
      info.Env(), runtime::workers(), uses,
      [batch = handle.value(), slot, raw, mask, how] {
        return batch->fill(slot, raw, mask ? &*mask : nullptr, how);
      },
      [](Napi::Env env, const image::Facts& facts) -> Napi::Value { return to_js(env, facts); });
}

Napi::Value prepare_picture(const Napi::CallbackInfo& info) {
  const Napi::Object object = object_argument(info, 0, "picture");
  const auto raw = picture(object);
  std::optional<image::RawPicture> mask;
  Uses uses{{object.Get("data")}, {}, /*borrows_js_memory=*/true};
  if (!info[1].IsNull()) {
    mask = picture(object_argument(info, 1, "mask"));
    uses.values.push_back(info[1].As<Napi::Object>().Get("data"));
  }
  const image::Plan how = plan(object_argument(info, 2, "plan"));
  const bool whole_chain = boolean_argument(info, 3, "wholeChain");
  return promise(
      info.Env(), runtime::workers(), uses,
      [raw, mask, how, whole_chain] {
        return (whole_chain ? image::network_input : image::crop)(raw, mask ? &*mask : nullptr, how);
      },
      [](Napi::Env env, image::Prepared& prepared) { return to_js(env, prepared); });
}

Napi::Value fill_target(const Napi::CallbackInfo& info) {
  auto& handle = Handle<inference::Batch>::from(info[0]);
  const int64_t slot = integer_argument(info, 1, "slot");
  const Napi::Object object = object_argument(info, 2, "mask");
  const image::RawPicture mask = picture(object);
  const Napi::Object size = object_argument(info, 3, "size");
  const int64_t width = integer(size, "width"), height = integer(size, "height");
  const image::Plan how = plan(object_argument(info, 4, "plan"));
  return promise(
      info.Env(), runtime::workers(), {{info[0], object.Get("data")}, {&handle}, /*borrows_js_memory=*/true},
      [=, batch = handle.value()] { return batch->fill_target(slot, mask, width, height, how), true; },
      to_undefined);
}

// V8 frees a buffer at its next garbage collection, and decoded pictures of megabytes trigger many of them,
// which took a tenth of a run. Detaching frees the memory at once.
Napi::Value release(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray()) throw Napi::TypeError::New(info.Env(), "data must be a Uint8Array");
  const auto view = info[0].As<Napi::TypedArray>();
  Napi::ArrayBuffer buffer = view.ArrayBuffer();
  // A view of a larger buffer must not free the memory of the others.
  if (view.ByteLength() == buffer.ByteLength() && !buffer.IsDetached()) buffer.Detach();
  return info.Env().Undefined();
}

Napi::Value read_batch(const Napi::CallbackInfo& info) {
  auto& handle = Handle<inference::Batch>::from(info[0]);
  const auto slots = slots_argument(info, 1);
  const int64_t channels = integer_argument(info, 2, "channels");
  const auto how = normalisation(object_argument(info, 3, "normalisation"));
  return promise(
      info.Env(), runtime::workers(), {{info[0]}, {&handle}},
      [batch = handle.value(), slots, channels, how] {
        const c10::InferenceMode inference;
        return batch->gather(slots, channels, how, c10::kCPU);
      },
      [](Napi::Env env, const at::Tensor& x) -> Napi::Value {
        auto array = Napi::Float32Array::New(env, static_cast<size_t>(x.numel()));
        std::copy_n(x.const_data_ptr<float>(), x.numel(), array.Data());
        return array;
      });
}

}  // namespace deeplasia::addon
