#pragma once

#include <array>

#include "image/mask.h"
#include "image/rows.h"

namespace deeplasia::image {

/// A 2x3 matrix, row-major, that maps input to output pixels: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4]
/// y + m[5].
using Affine = std::array<double, 6>;

/// Returns the matrix of the plan's rotation and of the augmentation's scale, shear and translation, about
/// the centre ((width - 1) / 2, (height - 1) / 2). Positive degrees turn clockwise on the screen. The cosines
/// of the shears shrink the picture, as in the reference.
Affine affine(const Plan& plan, int64_t width, int64_t height);

/// Returns the inverse of a matrix; zeros for a singular one.
Affine inverse(const Affine& matrix);

/// Returns the matrix that maps pixels of the network's input to pixels of the canvas: a picture of width x
/// height after flip, rotation and the augmentation's geometry, before fit and resize.
Affine input_to_canvas(const Plan& plan, int64_t width, int64_t height);

/// Returns all geometry of the plan as one matrix, which maps pixels of the network's input to pixels of a
/// width x height picture.
Affine input_to_picture(const Plan& plan, int64_t width, int64_t height);

/// Returns whether the matrix is the identity by NumPy's allclose: the picture is then left untouched.
bool is_identity(const Affine& matrix);

/// Returns the part of `source` inside `box`, with zeros where the box extends beyond it. Throws
/// ERR_DEEPLASIA_IMAGE_TOO_LARGE.
template <class T>
RowsPtr<T> window(RowsPtr<T> source, const Box& box);

/// Returns `source` with left and right exchanged.
template <class T>
RowsPtr<T> mirrored(RowsPtr<T> source);

/// Returns width x height pixels, each sampled from `source` at the position that `output_to_input` gives:
/// bilinear at OpenCV's 1/32-pixel positions, with OpenCV's integer weights for 8-bit pixels, and zeros
/// outside. Reads all of `source` at once. Throws ERR_DEEPLASIA_IMAGE_TOO_LARGE.
template <class T>
RowsPtr<T> warped(const RowsPtr<T>& source, const Affine& output_to_input, int64_t width, int64_t height);

/// Returns the part of a width x height picture that is resized to the network's input.
Box fit_box(Fit fit, int64_t width, int64_t height);

}  // namespace deeplasia::image
