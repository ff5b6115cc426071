#pragma once

#include "inference/batch.h"
#include "inference/model.h"

namespace deeplasia::inference {

// Returns the probability of the hand, [B, H, W] float32 on the CPU, for x: [B, C, H, W] float32. Throws
// CodedError ERR_DEEPLASIA_MODEL_FORWARD, _OUT_OF_MEMORY; _MODEL_SHAPE for a model that is no mask network.
at::Tensor hand_probability(Model& model, const at::Tensor& x);

// Returns it for slots of a batch.
at::Tensor hand_probability(Model& model, const Batch& batch, const std::vector<int64_t>& slots,
                            int64_t channels, const Normalisation& normalisation);

}  // namespace deeplasia::inference
