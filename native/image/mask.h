#pragma once

#include <vector>

#include "image/rows.h"

namespace deeplasia::image {

/// A rectangle of pixels: columns [left, right), rows [top, bottom). It may reach beyond the picture.
struct Box {
  int64_t left, top, right, bottom;
  int64_t width() const { return right - left; }
  int64_t height() const { return bottom - top; }
};

/// The pixels of the hand: those of `grey` above `threshold`, all of them inside `box`.
struct Mask {
  RowsPtr<uint8_t> grey;
  uint8_t threshold;
  Box box;
  MaskFacts facts;
};

/// Reads a mask. Foreground is what is above half of the mask's own maximum (integer division). For 16-bit
/// masks the upper 8 bits are used, or the lower 8 bits if the upper are all 0, as in a mask of 0 and 1.
/// Throws ERR_DEEPLASIA_MASK_SIZE unless the mask is width x height, ERR_DEEPLASIA_MASK_EMPTY if it has no
/// foreground.
Mask read_mask(const RawPicture& raw, int64_t width, int64_t height);

/// Throws ERR_DEEPLASIA_MASK_EMPTY if the picture is black in the whole foreground of the mask.
template <class T>
void require_lit(const RowsPtr<T>& picture, const Mask& mask);

/// Returns the 1st percentile that `background` selects, NaN for `none`. At least one pixel in the foreground
/// must be above 0.
template <class T>
double background_percentile(const RowsPtr<T>& picture, const Mask& mask, Background background);

/// Returns max(pixel - level, 0) in the foreground, 0 elsewhere.
template <class T>
RowsPtr<T> masked(RowsPtr<T> picture, Mask mask, T level);

/// Returns the square around a mask's box, `factor` times as wide as the box's longer side and rounded to an
/// even number. Throws ERR_DEEPLASIA_MASK_EMPTY if no pixel is left.
Box crop_window(const Box& box, double factor);

}  // namespace deeplasia::image
