#pragma once

#include "network/author.h"
#include "network/convnext.h"

namespace deeplasia::network {

// A bone-age network whose age is the expectation over bins of months.
struct ExpectationConfig {
  TrunkConfig trunk{.name = "convnextv2-tiny", .planes = 2, .has_matrices = {}, .drop_path = 0};
  int64_t bins = 240;
  int64_t members = 1;  // `net0`, `net1`, …; 0: one network, whose names have no prefix
  double dropout = 0.1;
  bool has_months =
      false;  // a second head, which returns the age itself: it helps in training; of one network only
};

// Builds it with the published names of its tensors, in training mode. The parameters are uninitialised.
//   forward(x: [B, planes, H, W] float32) -> logits [B, members, bins]
//   forward_features(x) -> the same, then the pooled features of all members [B, members * features]
//   forward_training(x) -> logits, ages in months [B, 1]; with has_months
// Throws CodedError ERR_DEEPLASIA_OPTION for an unknown trunk.
Module build_expectation(const ExpectationConfig& config);

}  // namespace deeplasia::network
