#pragma once

#include <vector>

#include "rows.h"

namespace deeplasia::image {

/// A decoded picture as grey: T = uint8_t reads it as 8-bit grey (16-bit: value >> 8), T = uint16_t keeps the
/// values of a 16-bit picture. `picture` must outlive the result.
template <class T>
RowsPtr<T> grey_rows(const RawPicture& picture);

/// The same picture with another pixel type (itself where the types are equal).
template <class From, class To>
RowsPtr<To> converted(RowsPtr<From> source);

/// The largest value of a 16-bit picture.
uint16_t highest_value(const RawPicture& picture);

/// Throws ERR_DEEPLASIA_IMAGE_BLANK for a picture whose pixels are all equal.
template <class T>
void require_not_blank(Rows<T>& picture);

/// The 1st percentile of integers, NumPy's `linear` interpolation; counts[v] = how often v occurs. At least
/// one does.
double first_percentile(const std::vector<uint64_t>& counts);

/// Histogram equalisation with `bins` bins: the cumulative density (NumPy's) of the pixels above the minimum,
/// looked up for every pixel; a constant picture becomes 0.
template <class T>
RowsPtr<float> equalized(Rows<T>& source, int bins);

}  // namespace deeplasia::image
