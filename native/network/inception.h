#pragma once

#include "network/backbone.h"

namespace deeplasia::network {

inline constexpr const char* kInceptionName = "inceptionv3";
inline constexpr int64_t kInceptionFeatures = 2048;

// Builds torchvision's Inception v3, with another stem for one channel and without the auxiliary head. Its
// layers are numbered as children of one sequence, in which the pools count too.
Backbone inception(Author& author, const NetworkConfig& config);

}  // namespace deeplasia::network
