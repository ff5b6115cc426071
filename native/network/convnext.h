#pragma once

#include <optional>

#include "network/backbone.h"

namespace deeplasia::network {

// A ConvNeXt V2 without its classifier, with timm's names for its tensors.
struct Trunk {
  Module module;  // [B, planes, H, W] to [B, features, H / 32, W / 32], normalised over the channels
  int64_t features;
};

struct TrunkConfig {
  std::string name;  // of a member of the family
  int64_t planes = 1;
  // Whether fc1 and fc2 are matrices or 1x1 convolutions. None: as timm has them, convolutions up to nano.
  std::optional<bool> has_matrices;
  double drop_path = 0;  // rate of the last block; it rises over the blocks from 0
};

// Nothing for a name that is not a ConvNeXt V2's.
std::optional<Trunk> convnext_trunk(Author& author, const TrunkConfig& config);

// Builds `config.backbone` as a backbone of Deeplasia's heads: trunk, mean over the pixels. Nothing for
// another backbone.
std::optional<Backbone> convnext(Author& author, const NetworkConfig& config);

// From small to large.
std::vector<BackboneFacts> convnext_facts();

}  // namespace deeplasia::network
