#pragma once

#include <array>

#include "mask.h"
#include "rows.h"

namespace deeplasia::image {

/// A 2x3 matrix, row-major, that maps input to output pixels: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4]
/// y + m[5].
using Affine = std::array<double, 6>;

/// The plan's rotation and the augmentation's scale, shear and translation, about the centre ((width - 1) /
/// 2, (height - 1) / 2). Positive degrees turn clockwise on the screen; cosines of the shears shrink the
/// picture, as the reference's do.
Affine affine(const Plan& plan, int64_t width, int64_t height);

/// The matrix the other way; a flat one gives zeros.
Affine inverse(const Affine& matrix);

/// All geometry of the plan in one matrix: from pixels of the network's input to those of a width x height
/// picture.
Affine input_to_picture(const Plan& plan, int64_t width, int64_t height);

/// Whether NumPy's allclose takes the matrix for the identity: such a picture is left untouched.
bool is_identity(const Affine& matrix);

/// The part of `source` inside `box`, zeros where the box leaves it. Throws ERR_DEEPLASIA_IMAGE_TOO_LARGE.
template <class T>
RowsPtr<T> window(RowsPtr<T> source, const Box& box);

/// Left and right exchanged.
template <class T>
RowsPtr<T> mirrored(RowsPtr<T> source);

/// width x height pixels of `source`, each taken from where `output_to_input` says, bilinear at OpenCV's
/// 1/32-pixel positions, zeros outside; 8-bit pixels by its integer weights. Reads all of `source` at once.
/// Throws ERR_DEEPLASIA_IMAGE_TOO_LARGE.
template <class T>
RowsPtr<T> warped(const RowsPtr<T>& source, const Affine& output_to_input, int64_t width, int64_t height);

/// The part of a width x height picture that is resized to the network's input.
Box fit_box(Fit fit, int64_t width, int64_t height);

}  // namespace deeplasia::image
