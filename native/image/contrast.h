#pragma once

#include "plan.h"

namespace deeplasia::image {

/// OpenCV's CLAHE with 8x8 tiles, in place, on height * width whole grey values from 0 to 255. `clip_limit`
/// is the largest share of a grey value in a tile, as a multiple of the even share.
void clahe(float* pixels, int64_t height, int64_t width, double clip_limit);

/// The reference's gamma, in place: 8-bit grey values through its table, which truncates.
void gamma_8bit(float* pixels, int64_t count, double percent);

/// The same for other pictures: the power of the grey values themselves, as the reference takes it. It leaves
/// their scale to the normalisation.
void gamma_float(float* pixels, int64_t count, double percent);

}  // namespace deeplasia::image
