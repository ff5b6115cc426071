#pragma once

#include <ATen/core/Tensor.h>

namespace deeplasia::training {

// A network's outputs for B pictures, [B] float32 each; sex_logit is undefined if it has no such head. A mask
// network has only mask_logits, [B, 2, H, W]: background, hand.
struct Outputs {
  at::Tensor age, sex_logit;
  at::Tensor mask_logits = {};
  bool is_expectation = false;  // `age` is the expectation of a distribution
  at::Tensor month = {};        // [B], the age of the head that helps such a network in training
};

// The truth for B pictures, [B] float32 each; male is 1 or 0, undefined if unknown. For a mask network: only
// mask, [B, 1, H, W] float32 of 0 and 1.
struct Targets {
  at::Tensor age, male;
  at::Tensor mask = {};
};

// Fixed weights, or, if `learnable` is defined, the learnable ones of Kendall et al., [age, sex].
struct LossWeights {
  double age, sex;
  at::Tensor learnable;
};

// Scalars with gradients; age and sex are undefined if the head or the truth is missing.
struct Losses {
  at::Tensor total, age, sex;
};

// Returns means over the batch: squared error of the age (for an expectation the absolute error, or, with a
// head that helps, (its absolute error + 0.4 of the expectation's) / 1.4, as ianpan/bone-age was trained),
// binary cross entropy of the sex, and their weighted sum. A weight of 0 still gives its head a gradient of
// zeros, so that weight decay applies to it as in PyTorch.
Losses losses(const Outputs& outputs, const Targets& targets, const LossWeights& weights);

}  // namespace deeplasia::training
