#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/backbone.h"

namespace deeplasia::network {

// EfficientNet of one input channel, names as in lukemelas' efficientnet_pytorch; nothing for another name.
// A legacy network's has the unused ImageNet classifier `_fc` too, unless the configuration says otherwise.
std::optional<Backbone> efficientnet(Author& author, const NetworkConfig& config);

std::vector<BackboneFacts> efficientnet_facts();

}  // namespace deeplasia::network
