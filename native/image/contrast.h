#pragma once

#include "image/plan.h"

namespace deeplasia::image {

/// Applies OpenCV's CLAHE with 8x8 tiles, in place, to height * width whole grey values from 0 to 255.
/// `clip_limit` is the largest share of a grey value in a tile, as a multiple of its share in a uniform
/// histogram.
void clahe(float* pixels, int64_t height, int64_t width, double clip_limit);

/// Applies the reference's gamma in place to 8-bit grey values, by its table, which truncates.
void gamma_8bit(float* pixels, int64_t count, double percent);

/// Does the same for other pictures: raises the grey values themselves to the power, as the reference does.
/// The normalisation handles their scale.
void gamma_float(float* pixels, int64_t count, double percent);

}  // namespace deeplasia::image
