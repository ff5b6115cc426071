#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace deeplasia::inference {

// A network that takes the sex as a plane of its input, and what the plane holds, as the network sees it.
struct SexPlane {
  int64_t index;    // among the planes of the input
  float zero, one;  // where the sex is 0 and 1 in the network's encoding
};

// Returns x, [B, C, H, W], with the sex of each picture as a further plane: [B, C + 1, H, W].
at::Tensor with_sex_plane(const at::Tensor& x, const std::vector<float>& sex, const SexPlane& plane);

}  // namespace deeplasia::inference
