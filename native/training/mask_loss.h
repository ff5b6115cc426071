#pragma once

#include <ATen/core/Tensor.h>

namespace deeplasia::training {

// The loss of a mask network: the mean over the batch of 1 - Dice, with probabilities in the place of pixels,
// plus the cross entropy over all pixels. logits [B, 2, H, W], mask [B, 1, H, W] float32 of 0 and 1.
at::Tensor mask_loss(const at::Tensor& logits, const at::Tensor& mask);

// Dice of each picture, [B] float32: twice the pixels that both masks have, by the sum of their pixels. A
// pixel is the network's where the hand is more likely than not.
at::Tensor dice(const at::Tensor& logits, const at::Tensor& mask);

}  // namespace deeplasia::training
