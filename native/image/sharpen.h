#pragma once

#include "image/rows.h"

namespace deeplasia::image {

/// Returns `source` convolved with the reference's 3x3 sharpening kernel, reflected (not repeated) at the
/// borders. 8-bit pixels are rounded half to even and clamped. Rows are best read in ascending order.
template <class T>
RowsPtr<T> sharpened(RowsPtr<T> source, const Augmentation::Sharpening& how);

/// Returns the index in 0 ... size - 1 that index i, which may be outside, is reflected to. The outermost
/// pixel is the mirror.
int64_t reflected(int64_t i, int64_t size);

}  // namespace deeplasia::image
