#include "inference/hand_probability.h"

#include <c10/core/InferenceMode.h>
#include <torch/script.h>

#include <sstream>

#include "inference/run.h"
#include "runtime/failure.h"
#include "runtime/threads.h"

namespace deeplasia::inference {

at::Tensor hand_probability(Model& model, const at::Tensor& x) {
  runtime::use_threads(model.threads());
  c10::InferenceMode inference;
  const c10::IValue output = run(model, {x});
  std::ostringstream found;
  if (!output.isTensor()) {
    found << "a " << output.tagKind();
  } else {
    const at::Tensor& logits = output.toTensor();
    const std::vector<int64_t> expected{x.size(0), 2, x.size(2), x.size(3)};
    if (logits.sizes() == expected)
      return logits.to(at::kFloat).softmax(1).select(1, 1).to(at::kCPU).contiguous();
    found << "a tensor of shape " << logits.sizes();
  }
  throw runtime::CodedError("ERR_DEEPLASIA_MODEL_SHAPE",
                            "the model returns " + found.str() + ", not two mask logits a pixel");
}

at::Tensor hand_probability(Model& model, const Batch& batch, const std::vector<int64_t>& slots,
                            int64_t channels, const Normalisation& normalisation) {
  runtime::use_threads(model.threads());
  c10::InferenceMode inference;
  return hand_probability(model, batch.gather(slots, channels, normalisation, model.device()));
}

}  // namespace deeplasia::inference
