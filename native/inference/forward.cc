#include "inference/forward.h"

#include <c10/core/InferenceMode.h>
#include <torch/script.h>

#include <sstream>

#include "inference/inputs.h"
#include "inference/peak_memory.h"
#include "inference/run.h"
#include "runtime/failure.h"
#include "runtime/threads.h"

namespace deeplasia::inference {
namespace {

using runtime::CodedError;

std::vector<float> values_of(const c10::IValue& output, int64_t rows, const char* what) {
  if (!output.isTensor())
    throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", std::string("the model's ") + what + " output is a " +
                                                      output.tagKind() + ", not a tensor");
  const at::Tensor& tensor = output.toTensor();
  if (tensor.numel() != rows) {
    std::ostringstream message;
    message << "the model's " << what << " output has shape " << tensor.sizes() << " for " << rows
            << " picture(s); one value per picture is expected";
    throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", message.str());
  }
  const at::Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous().flatten();
  const float* data = flat.const_data_ptr<float>();
  return {data, data + rows};
}

at::Tensor features_of(const c10::IValue& output) {
  return output.toTensor().detach().to(at::kCPU, at::kFloat).contiguous();
}

// Returns what the first output means: an age, or logits over ages.
Outputs first_of(const c10::IValue& output, int64_t rows, const std::optional<AgeBins>& bins) {
  if (!bins || !output.isTensor()) return {values_of(output, rows, "age"), std::nullopt, std::nullopt, {}};
  Expectation expectation = expectation_of(output.toTensor(), rows, *bins);
  std::vector<float> age = expectation.age;
  return {std::move(age), std::nullopt, std::move(expectation), {}};
}

Outputs unpack(const c10::IValue& output, int64_t rows, const Model& model, Want want) {
  const bool has_features = model.facts().has_features;
  if (!output.isTuple()) return first_of(output, rows, model.age_bins());
  const auto& elements = output.toTupleRef().elements();
  const size_t heads = elements.size() - (has_features ? 1 : 0);
  if (elements.empty()) throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", "the model returns an empty tuple");
  Outputs outputs = first_of(elements[0], rows, model.age_bins());
  if (heads > 1 && !elements[1].isNone()) outputs.sex_logit = values_of(elements[1], rows, "sex");
  if (want == Want::features) outputs.features = features_of(elements.back());
  return outputs;
}

}  // namespace

Outputs forward(Model& model, const at::Tensor& x, const std::optional<std::vector<float>>& sex, Want want) {
  runtime::use_threads(model.threads());
  c10::InferenceMode inference;
  const int64_t rows = x.size(0);
  const bool is_plane = sex && model.sex_plane();
  if (want == Want::features && !model.facts().has_features)
    throw CodedError("ERR_DEEPLASIA_OPTION",
                     "this model returns no features: only networks made by convert, init or train do");
  if (static_cast<int64_t>(sex && !is_plane ? 2 : 1) > model.facts().inputs)
    throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD",
                     "the model's forward takes " + std::to_string(model.facts().inputs) +
                         " input(s) and cannot be given the sex: " + model.facts().schema);
  return unpack(run(model, inputs_of(x, sex, model.sex_plane())), rows, model, want);
}

Outputs forward_slots(Model& model, const Batch& batch, const std::vector<int64_t>& slots, int64_t channels,
                      const Normalisation& normalisation, const std::optional<std::vector<float>>& sex,
                      Want want) {
  runtime::use_threads(model.threads());
  c10::InferenceMode inference;
  return forward(model, batch.gather(slots, channels, normalisation, model.device()), sex, want);
}

at::Tensor values_of_slots(Model& model, const Batch& batch, const std::vector<int64_t>& slots,
                           int64_t channels, const Normalisation& normalisation, int64_t columns) {
  runtime::use_threads(model.threads());
  c10::InferenceMode inference;
  const c10::IValue output = run(model, {batch.gather(slots, channels, normalisation, model.device())});
  const std::vector<int64_t> expected{static_cast<int64_t>(slots.size()), columns};
  if (output.isTensor() && output.toTensor().sizes() == expected)
    return output.toTensor().to(at::kCPU, at::kFloat).contiguous();
  std::ostringstream message;
  message << "the model returns ";
  if (output.isTensor())
    message << "a tensor of shape " << output.toTensor().sizes();
  else
    message << "a " << output.tagKind();
  message << ", not " << columns << " values a picture";
  throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", message.str());
}

Trial try_blank(Model& model, const std::array<int64_t, 4>& shape,
                const std::optional<std::vector<float>>& sex) {
  c10::InferenceMode inference;
  const PeakMemory peak(model.device());
  const Outputs outputs =
      forward(model, at::zeros(shape, at::TensorOptions(model.device()).dtype(at::kFloat)), sex);
  return {outputs, peak.bytes()};
}

}  // namespace deeplasia::inference
