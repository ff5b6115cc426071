#pragma once

#include <cstdint>
#include <vector>

#include "phantom/attenuation.h"

namespace deeplasia::phantom {

/// [height, width], 255 where the hand is, else 0; as good as masks are that networks and thresholds make: a
/// little too wide or too tight, now and then on a coarser grid, and often without the thin skin of the
/// fingertips.
std::vector<uint8_t> draw_mask(const Attenuation& hand, const View& view, Random random);

}  // namespace deeplasia::phantom
