#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/author.h"
#include "network/config.h"

namespace deeplasia::network {

// A network from a picture, [B, 1, H, W] float32, to its pooled features, [B, features].
struct Backbone {
  Module module;
  std::string attribute;  // what the reference calls it: "base" or "features"
  int64_t features;
};

// Throws CodedError ERR_DEEPLASIA_OPTION, with the names there are, for another `config.backbone`.
Backbone backbone(Author& author, const NetworkConfig& config);

// What tells the backbones apart in a file of weights.
struct BackboneFacts {
  std::string name;
  int64_t features;              // width of the pooled features
  std::vector<int64_t> repeats;  // EfficientNet: blocks of each stage; else none
};

// All of them, small to large.
std::vector<BackboneFacts> backbone_facts();

}  // namespace deeplasia::network
