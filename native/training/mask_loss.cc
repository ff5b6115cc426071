#include "training/mask_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace deeplasia::training {
namespace {

// Probability of the hand, [B, H * W].
at::Tensor probability(const at::Tensor& logits) { return logits.softmax(1).select(1, 1).flatten(1); }

// [B] each; `smooth` keeps a picture without a hand from 0 / 0.
at::Tensor overlap(const at::Tensor& found, const at::Tensor& truth, double smooth) {
  return ((found * truth).sum(1) * 2 + smooth) / (found.sum(1) + truth.sum(1) + smooth);
}

}  // namespace

at::Tensor mask_loss(const at::Tensor& logits, const at::Tensor& mask) {
  const at::Tensor cross_entropy = at::cross_entropy_loss(logits, mask.squeeze(1).to(at::kLong));
  return cross_entropy + 1 - overlap(probability(logits), mask.flatten(1), 1).mean();
}

at::Tensor dice(const at::Tensor& logits, const at::Tensor& mask) {
  const at::Tensor found = probability(logits.detach()).gt(0.5).to(at::kFloat);
  constexpr double kTiny = 1e-6;
  return overlap(found, mask.flatten(1), kTiny);
}

}  // namespace deeplasia::training
