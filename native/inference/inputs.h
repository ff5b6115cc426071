#pragma once

#include <optional>
#include <vector>

#include "inference/model.h"

namespace deeplasia::inference {

// Returns the inputs of a network: pictures [B, C, H, W], and the sex in the network's encoding as [B, 1] or
// as a plane of the pictures; none for a network without that input.
std::vector<c10::IValue> inputs_of(const at::Tensor& x, const std::optional<std::vector<float>>& sex,
                                   const std::optional<SexPlane>& plane);

}  // namespace deeplasia::inference
