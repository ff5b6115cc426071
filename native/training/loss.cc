#include "training/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/l1_loss.h>
#include <ATen/ops/mse_loss.h>

namespace deeplasia::training {
namespace {

at::Tensor age_loss(const Outputs& outputs, const at::Tensor& age) {
  if (!outputs.is_expectation) return at::mse_loss(outputs.age, age);
  at::Tensor own = at::l1_loss(outputs.age, age);
  if (!outputs.month.defined()) return own;
  constexpr double kOwnWeight = 0.4;
  return (at::l1_loss(outputs.month, age) + own * kOwnWeight) / (1 + kOwnWeight);
}

}  // namespace

// With learnable weights s = log(variance), total = age / (2 exp(s0)) + sex / exp(s1) + s0 + s1.
Losses losses(const Outputs& outputs, const Targets& targets, const LossWeights& weights) {
  const at::Tensor& s = weights.learnable;
  Losses result;
  result.age = age_loss(outputs, targets.age);
  result.total = s.defined() ? result.age * (-s[0]).exp() / 2 + s[0] : result.age * weights.age;
  if (!outputs.sex_logit.defined() || !targets.male.defined()) return result;
  result.sex = at::binary_cross_entropy_with_logits(outputs.sex_logit, targets.male);
  result.total = result.total + (s.defined() ? result.sex * (-s[1]).exp() + s[1] : result.sex * weights.sex);
  return result;
}

}  // namespace deeplasia::training
