#pragma once

#include "phantom/plate.h"

namespace deeplasia::phantom {

/// Adds the shadows of what lies on the plate, before it is developed. `other`: the second hand's shadow.
void load(const Plate& plate, const Plane* other, Plane& attenuation);

/// Applies to the developed picture what the console, the scanner and other people did to it.
void spoil(const Plate& plate, const Coarse& skin, Plane& grey, Random noise);

/// Returns the exact mask of the visible hand, [height, width]: 255 on the hand, else 0.
std::vector<uint8_t> visible_hand(const Plate& plate, const Coarse& skin, const View& view);

}  // namespace deeplasia::phantom
