#pragma once

#include <ATen/core/Tensor.h>

namespace deeplasia::training {

// What a network says of B pictures: [B] float32 each; sex_logit is undefined where it has no such head.
struct Outputs {
  at::Tensor age, sex_logit;
};

// What is true of them: [B] float32 each; male is 1 or 0, undefined where nobody knows.
struct Targets {
  at::Tensor age, male;
};

// Fixed weights, or the learnable ones of Kendall et al., [age, sex], where `learnable` is defined.
struct LossWeights {
  double age, sex;
  at::Tensor learnable;
};

// Scalars that know their gradient; sex is undefined where the head or the truth is missing.
struct Losses {
  at::Tensor total, age, sex;
};

// Means over the batch: squared error of the age, binary cross entropy of the sex, and their weighted sum.
// A weight of 0 still gives its head a gradient, of zeros, so that weight decay reaches it as in PyTorch.
Losses losses(const Outputs& outputs, const Targets& targets, const LossWeights& weights);

}  // namespace deeplasia::training
