#pragma once

#include "network/author.h"

namespace deeplasia::network {

// Builds the network that cuts out the hand: timm's mobilenetv3_small_100 without its pool, generalised mean,
// four outputs. forward(x: [B, 1, H, W] float32) -> [B, 4]: x, y, width and height of the box as fractions of
// the picture. The parameters are uninitialised.
Module build_cropper();

}  // namespace deeplasia::network
