#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "inference/model.h"

namespace deeplasia::inference {

// The ages of a network that returns logits over ages, one value a picture.
struct Expectation {
  std::vector<float> age;  // of the ensemble: mean over the members' ages, unless their logits are averaged
  std::vector<float> members;  // [pictures, members], row-major
  // Of the ensemble's distribution: standard deviation, and the ages below which 5 and 95 % lie.
  std::vector<float> sd, low, high;
};

// logits: [B, count] or [B, members, count] of any floating type. Throws CodedError
// ERR_DEEPLASIA_MODEL_SHAPE.
Expectation expectation_of(const at::Tensor& logits, int64_t rows, const AgeBins& bins);

}  // namespace deeplasia::inference
