#pragma once

#include <vector>

#include "image/rows.h"

namespace deeplasia::image {

/// Returns a decoded picture as grey. T = uint8_t reads it as 8-bit grey (16-bit: value >> 8); T = uint16_t
/// keeps the values of a 16-bit picture. `picture` must outlive the result.
template <class T>
RowsPtr<T> grey_rows(const RawPicture& picture);

/// Returns the picture with another pixel type, or `source` itself if the types are equal.
template <class From, class To>
RowsPtr<To> converted(RowsPtr<From> source);

/// Returns the largest value of a 16-bit picture.
uint16_t highest_value(const RawPicture& picture);

/// Throws ERR_DEEPLASIA_IMAGE_BLANK for a picture whose pixels are all equal.
template <class T>
void require_not_blank(Rows<T>& picture);

/// Returns the 1st percentile of integers, by NumPy's `linear` interpolation. counts[v] is how often v
/// occurs; at least one value must occur.
double first_percentile(const std::vector<uint64_t>& counts);

/// Equalises the histogram with `bins` bins: every pixel becomes its value of NumPy's cumulative density of
/// the pixels above the minimum. A constant picture becomes 0.
template <class T>
RowsPtr<float> equalized(Rows<T>& source, int bins);

}  // namespace deeplasia::image
