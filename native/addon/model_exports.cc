#include <torch/script.h>

#include <array>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/options.h"
#include "addon/promise_task.h"
#include "addon/slots_request.h"
#include "addon/values.h"
#include "graph/mbconv_op.h"
#include "inference/forward.h"
#include "inference/model.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

using ModelPointer = std::shared_ptr<inference::Model>;

Napi::Value floats(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

// Returns the values of [rows, columns] float32, row-major, and the number of columns.
Napi::Value matrix(Napi::Env env, const at::Tensor& tensor) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("values", tensor_values(env, tensor));
  result.Set("columns", static_cast<double>(tensor.size(1)));
  return result;
}

Napi::Value expectation_to_js(Napi::Env env, const inference::Expectation& expectation) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("members", floats(env, expectation.members));
  result.Set("sd", floats(env, expectation.sd));
  result.Set("low", floats(env, expectation.low));
  result.Set("high", floats(env, expectation.high));
  return result;
}

Napi::Value outputs_to_js(Napi::Env env, const inference::Outputs& outputs) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("age", floats(env, outputs.age));
  result.Set("sexLogit", outputs.sex_logit ? floats(env, *outputs.sex_logit) : env.Null());
  result.Set("expectation", outputs.expectation ? expectation_to_js(env, *outputs.expectation) : env.Null());
  result.Set("features", outputs.features.defined() ? matrix(env, outputs.features) : env.Null());
  return result;
}

// Returns [B, C, H, W] from a JS array of four integers.
std::array<int64_t, 4> shape_argument(const Napi::CallbackInfo& info, size_t index) {
  const auto array = object_argument(info, index, "shape").As<Napi::Array>();
  std::array<int64_t, 4> shape{};
  for (uint32_t i = 0; i < 4; ++i) {
    shape[i] = array.Get(i).ToNumber().Int64Value();
    if (shape[i] <= 0 || shape[i] > (1 << 20))
      throw Napi::TypeError::New(info.Env(), "shape must be four positive integers");
  }
  return shape;
}

// Returns the shape of a tensor. Throws unless it has `elements` values.
std::array<int64_t, 4> shape_argument(const Napi::CallbackInfo& info, size_t index, size_t elements) {
  const auto shape = shape_argument(info, index);
  int64_t product = 1;
  for (const int64_t side : shape) {
    product *= side;
    if (product > static_cast<int64_t>(elements)) break;  // before it can overflow
  }
  if (product != static_cast<int64_t>(elements))
    throw Napi::TypeError::New(info.Env(), "data must hold B * C * H * W values");
  return shape;
}

// Returns what a truthy flag `features` asks for.
inference::Want wanted_outputs(const Napi::CallbackInfo& info, size_t index) {
  return info[index].ToBoolean() ? inference::Want::features : inference::Want::outputs;
}

}  // namespace

// Loads a file, or takes ownership of a network handle.
Napi::Value load_model(const Napi::CallbackInfo& info) {
  const auto options = load_options(object_argument(info, 1, "options"));
  auto& queue = runtime::compute_queue(options.device.str());
  const auto to_handle = [](Napi::Env env, const ModelPointer& model) {
    return Handle<inference::Model>::create(env, model, model->facts().bytes);
  };
  if (info[0].IsExternal()) {
    auto& handle = Handle<Network>::from(info[0]);
    return promise(
        info.Env(), queue, {{info[0]}, {&handle}},
        [network = handle.value(), options] { return inference::Model::adopt(network->take(), options); },
        to_handle);
  }
  const std::string path = text_argument(info, 0, "model");
  return promise(info.Env(), queue, {}, [=] { return inference::Model::load(path, options); }, to_handle);
}

Napi::Value model_facts(const Napi::CallbackInfo& info) {
  const inference::Model& model = *Handle<inference::Model>::from(info[0]).value();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("parameters", static_cast<double>(model.facts().parameters));
  result.Set("buffers", static_cast<double>(model.facts().buffers));
  result.Set("bytes", static_cast<double>(model.facts().bytes));
  result.Set("inputs", static_cast<double>(model.facts().inputs));
  result.Set("hasFeatures", model.facts().has_features);
  result.Set("schema", model.facts().schema);
  result.Set("kernels", graph::kernel_code());
  result.Set("kernelBlocks", static_cast<double>(model.facts().frozen.blocks));
  result.Set("convolutions", static_cast<double>(model.facts().frozen.convolutions));
  result.Set("device", model.device().str());
  return result;
}

Napi::Value forward(const Napi::CallbackInfo& info) {
  if (!is_float_array(info[1])) mistyped(info.Env(), "data", "a Float32Array");
  const auto data = info[1].As<Napi::Float32Array>();
  const auto shape = shape_argument(info, 2, data.ElementLength());
  const auto sex = sex_argument(info, 3, static_cast<size_t>(shape[0]));
  const auto want = wanted_outputs(info, 4);
  auto& handle = Handle<inference::Model>::from(info[0]);
  // Copied now, because JS may change its array while the network runs.
  const at::Tensor x = at::from_blob(const_cast<float*>(data.Data()), shape, at::kFloat).clone();
  return promise(
      info.Env(), runtime::compute_queue(handle.value()->device().str()), {{info[0]}, {&handle}},
      [model = handle.value(), x, sex, want] { return inference::forward(*model, x, sex, want); },
      outputs_to_js);
}

Napi::Value try_blank(const Napi::CallbackInfo& info) {
  const auto shape = shape_argument(info, 1);
  const auto sex = sex_argument(info, 2, static_cast<size_t>(shape[0]));
  auto& handle = Handle<inference::Model>::from(info[0]);
  return promise(
      info.Env(), runtime::compute_queue(handle.value()->device().str()), {{info[0]}, {&handle}},
      [model = handle.value(), shape, sex] { return inference::try_blank(*model, shape, sex); },
      [](Napi::Env env, const inference::Trial& trial) {
        Napi::Value result = outputs_to_js(env, trial.outputs);
        result.As<Napi::Object>().Set("bytes", static_cast<double>(trial.bytes));
        return result;
      });
}

Napi::Value predict(const Napi::CallbackInfo& info) {
  const SlotsRequest request(info);
  const auto sex = sex_argument(info, 5, request.rows());
  const auto want = wanted_outputs(info, 6);
  return request.promise(
      [sex, want](auto& model, const auto& batch, const auto& slots, int64_t channels, const auto& how) {
        return inference::forward_slots(model, batch, slots, channels, how, sex, want);
      },
      outputs_to_js);
}

Napi::Value predict_values(const Napi::CallbackInfo& info) {
  const SlotsRequest request(info);
  const int64_t columns = integer_argument(info, 5, "columns");
  return request.promise(
      [columns](auto& model, const auto& batch, const auto& slots, int64_t channels, const auto& how) {
        return inference::values_of_slots(model, batch, slots, channels, how, columns);
      },
      tensor_values);
}

}  // namespace deeplasia::addon
