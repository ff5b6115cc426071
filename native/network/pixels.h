#pragma once

#include <cstdint>

#include "network/author.h"

// Layers over the channels of each pixel, as ConvNeXt and the open bone-age models have them.
namespace deeplasia::network {

// Makes LayerNorm over the channels of [B, C, H, W].
Module channel_norm(Author& author, int64_t channels);

// Makes generalised mean pooling, [B, C, H, W] to [B, C], with one trained exponent `p`.
Module generalised_mean(Author& author);

}  // namespace deeplasia::network
