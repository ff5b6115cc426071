#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/author.h"
#include "network/network_config.h"

namespace deeplasia::network {

// A network that maps pictures, [B, 1, H, W] float32, to pooled features, [B, features].
struct Backbone {
  Module module;
  std::string attribute;  // its name in the reference: "base" or "features"; else "convnext"
  int64_t features;
};

// Properties by which the backbones are recognised in a file of weights.
struct BackboneFacts {
  std::string name;
  int64_t features;              // width of the pooled features
  std::vector<int64_t> repeats;  // number of blocks of each stage; Inception: empty
};

}  // namespace deeplasia::network
