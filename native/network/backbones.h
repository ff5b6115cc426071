#pragma once

#include "network/backbone.h"

namespace deeplasia::network {

// Builds `config.backbone`. Throws CodedError ERR_DEEPLASIA_OPTION, with a list of the valid names, for an
// unknown one.
Backbone backbone(Author& author, const NetworkConfig& config);

// Returns the facts of all EfficientNets and ConvNeXts, from small to large, and of Inception.
std::vector<BackboneFacts> backbone_facts();

}  // namespace deeplasia::network
