#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/backbone.h"

namespace deeplasia::network {

// Builds an EfficientNet of one input channel, with the names of lukemelas' efficientnet_pytorch; returns
// nothing for an unknown name. In a legacy network it has the unused ImageNet classifier `_fc` too, unless
// `config.imagenet_classifier` is false.
std::optional<Backbone> efficientnet(Author& author, const NetworkConfig& config);

std::vector<BackboneFacts> efficientnet_facts();

}  // namespace deeplasia::network
