#include "inference/sex_plane.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

namespace deeplasia::inference {

at::Tensor with_sex_plane(const at::Tensor& x, const std::vector<float>& sex, const SexPlane& plane) {
  const at::Tensor value = at::tensor(sex, at::kFloat).to(x.device()) * (plane.one - plane.zero) + plane.zero;
  const at::Tensor filled = value.view({-1, 1, 1, 1}).expand({x.size(0), 1, x.size(2), x.size(3)});
  const int64_t index = std::min(plane.index, x.size(1));
  return at::cat({x.narrow(1, 0, index), filled, x.narrow(1, index, x.size(1) - index)}, 1);
}

}  // namespace deeplasia::inference
