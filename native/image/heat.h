#pragma once

#include <cstdint>

namespace deeplasia::image {

// Draws a map of heat over a grey picture. grey and heat: `pixels` values from 0 to 1; rgb: three bytes a
// pixel. Where there is no heat the picture stays as it is.
void draw_heat(const float* grey, const float* heat, int64_t pixels, uint8_t* rgb);

}  // namespace deeplasia::image
