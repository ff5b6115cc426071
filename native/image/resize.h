#pragma once

#include "image/rows.h"

namespace deeplasia::image {

/// Resizes to height * width values at `out`, as OpenCV does (INTER_LINEAR without antialiasing, or
/// INTER_AREA), with its integer arithmetic and rounding for 8-bit pixels. Reads rows in ascending order, and
/// only those that it needs.
template <class T>
void resize(Rows<T>& source, int64_t height, int64_t width, Resize method, float* out);

}  // namespace deeplasia::image
