#pragma once

#include <cstdint>
#include <vector>

#include "phantom/attenuation.h"

namespace deeplasia::phantom {

/// Returns a mask [height, width]: 255 where the hand is, else 0. It has the errors of masks that networks
/// and thresholds make: a little too wide or too tight, sometimes on a coarser grid, and sometimes without
/// the thin skin of the fingertips.
std::vector<uint8_t> draw_mask(const Attenuation& hand, const View& view, Random random);

}  // namespace deeplasia::phantom
