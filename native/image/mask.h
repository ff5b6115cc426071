#pragma once

#include <vector>

#include "rows.h"

namespace deeplasia::image {

/// A rectangle of pixels: columns [left, right), rows [top, bottom). It may reach beyond the picture.
struct Box {
  int64_t left, top, right, bottom;
  int64_t width() const { return right - left; }
  int64_t height() const { return bottom - top; }
};

/// Which pixels belong to the hand: those of `grey` above `threshold`, all of them inside `box`.
struct Mask {
  RowsPtr<uint8_t> grey;
  uint8_t threshold;
  Box box;
  MaskFacts facts;
};

/// Reads a mask: foreground is what is above half of the mask's own maximum (integer division). Of 16 bits
/// the upper 8 are read, the lower 8 where the upper are all 0, as in a mask of 0 and 1. Throws
/// ERR_DEEPLASIA_MASK_SIZE unless it is width x height, ERR_DEEPLASIA_MASK_EMPTY if it has no foreground.
Mask read_mask(const RawPicture& raw, int64_t width, int64_t height);

/// Throws ERR_DEEPLASIA_MASK_EMPTY if the picture is black wherever the mask is not.
template <class T>
void require_lit(const RowsPtr<T>& picture, const Mask& mask);

/// The 1st percentile that `background` stands for, NaN for `none`. Some pixel under the mask must be lit.
template <class T>
double background_percentile(const RowsPtr<T>& picture, const Mask& mask, Background background);

/// max(pixel - level, 0) under the mask, 0 elsewhere.
template <class T>
RowsPtr<T> masked(RowsPtr<T> picture, Mask mask, T level);

/// The square round a mask's box: `factor` times as wide as the box's longer side, rounded to an even number.
/// Throws ERR_DEEPLASIA_MASK_EMPTY if no pixel is left.
Box crop_window(const Box& box, double factor);

}  // namespace deeplasia::image
