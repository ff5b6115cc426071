#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "training/trainer_options.h"

namespace deeplasia::training {

// Returns the 2-norm of all elements of all gradients together, a scalar on their device; NaN or infinite if
// any element is.
at::Tensor norm_of(const std::vector<at::Tensor>& gradients);

// Clips gradients in place, as torch.nn.utils' clip_grad_norm_ and clip_grad_value_ do. `norm`: the norm of
// the gradients.
void clip(const std::vector<at::Tensor>& gradients, const Clipping& how, double norm);

void multiply(const std::vector<at::Tensor>& gradients, double factor);

}  // namespace deeplasia::training
