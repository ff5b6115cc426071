#pragma once

#include "image/plan.h"

namespace deeplasia::image {

/// Draws what a mask network shall return for a width x height picture that went through `plan`: the
/// picture's mask, taken to the network's input by the same geometry in one step, each pixel from the nearest
/// one of the mask. Writes plan.height * plan.width values of 0 and 1 to `out`. Throws CodedError as
/// read_mask does.
void draw_target(const RawPicture& mask, int64_t width, int64_t height, const Plan& plan, float* out);

}  // namespace deeplasia::image
