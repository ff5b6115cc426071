#include "training/gradients.h"

#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

namespace deeplasia::training {

at::Tensor norm_of(const std::vector<at::Tensor>& gradients) {
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2)), 2);
}

void clip(const std::vector<at::Tensor>& gradients, const Clipping& how, double norm) {
  if (how.kind == Clipping::Kind::norm) {
    constexpr double kTiny = 1e-6;  // torch's
    const double factor = how.limit / (norm + kTiny);
    if (factor < 1) multiply(gradients, factor);
  } else if (how.kind == Clipping::Kind::value) {
    at::_foreach_clamp_min_(gradients, -how.limit);
    at::_foreach_clamp_max_(gradients, how.limit);
  }
}

void multiply(const std::vector<at::Tensor>& gradients, double factor) {
  at::_foreach_mul_(gradients, factor);
}

}  // namespace deeplasia::training
