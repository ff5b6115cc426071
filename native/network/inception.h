#pragma once

#include "network/backbone.h"

namespace deeplasia::network {

inline constexpr const char* kInceptionName = "inceptionv3";
inline constexpr int64_t kInceptionFeatures = 2048;

// Inception v3 as torchvision has it, behind a stem of its own for one channel, with no auxiliary head;
// numbered as children of one sequence, pools counted.
Backbone inception(Author& author, const NetworkConfig& config);

}  // namespace deeplasia::network
