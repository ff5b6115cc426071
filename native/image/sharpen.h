#pragma once

#include "rows.h"

namespace deeplasia::image {

/// `source` under the reference's 3x3 sharpening kernel, reflected (not repeated) at the borders; 8-bit
/// pixels are rounded and clamped, half to even. Rows are best asked for in rising order.
template <class T>
RowsPtr<T> sharpened(RowsPtr<T> source, const Augmentation::Sharpening& how);

/// Where index i, which may lie outside, is found again in 0 ... size - 1 if the outermost pixel is a mirror.
int64_t reflected(int64_t i, int64_t size);

}  // namespace deeplasia::image
