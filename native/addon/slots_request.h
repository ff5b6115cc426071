#pragma once

#include <napi.h>
#include <torch/script.h>

#include <algorithm>
#include <vector>

#include "addon/handle_kinds.h"
#include "addon/options.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "runtime/queues.h"

namespace deeplasia::addon {

// The arguments that every forward over slots of a batch begins with: model, batch, slots, channels,
// normalisation.
class SlotsRequest {
 public:
  explicit SlotsRequest(const Napi::CallbackInfo& info)
      : info_(info),
        model_(Handle<inference::Model>::from(info[0])),
        batch_(Handle<inference::Batch>::from(info[1])),
        slots_(slots_argument(info, 2)),
        channels_(integer_argument(info, 3, "channels")),
        how_(normalisation(object_argument(info, 4, "normalisation"))) {}

  size_t rows() const { return slots_.size(); }

  // Runs `forward(model, batch, slots, channels, normalisation)` on the device's compute thread;
  // `convert(env, value)` turns its result into a JS value.
  template <class Forward, class Convert>
  Napi::Value promise(const Forward& forward, const Convert& convert) const {
    return addon::promise(
        info_.Env(), runtime::compute_queue(model_.value()->device().str()),
        {{info_[0], info_[1]}, {&model_, &batch_}},
        [model = model_.value(), batch = batch_.value(), slots = slots_, channels = channels_, how = how_,
         forward] { return forward(*model, *batch, slots, channels, how); },
        convert);
  }

 private:
  const Napi::CallbackInfo& info_;
  Handle<inference::Model>& model_;
  Handle<inference::Batch>& batch_;
  std::vector<int64_t> slots_;
  int64_t channels_;
  inference::Normalisation how_;
};

// Returns the values of a contiguous float32 tensor.
inline Napi::Value tensor_values(Napi::Env env, const at::Tensor& tensor) {
  auto array = Napi::Float32Array::New(env, static_cast<size_t>(tensor.numel()));
  std::copy_n(tensor.const_data_ptr<float>(), tensor.numel(), array.Data());
  return array;
}

}  // namespace deeplasia::addon
