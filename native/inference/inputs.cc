#include "inference/inputs.h"

#include <torch/script.h>

#include "inference/sex_plane.h"

namespace deeplasia::inference {

std::vector<c10::IValue> inputs_of(const at::Tensor& x, const std::optional<std::vector<float>>& sex,
                                   const std::optional<SexPlane>& plane) {
  if (!sex) return {x};
  if (plane) return {with_sex_plane(x, *sex, *plane)};
  return {x, at::tensor(*sex, at::kFloat).view({-1, 1})};
}

}  // namespace deeplasia::inference
