#pragma once

#include "image/plan.h"

namespace deeplasia::image {

/// What a mask network shall answer to a picture that went through `plan`: the picture's mask, taken to the
/// network's input by the same geometry in one step, each pixel from the nearest one of the mask. Writes
/// plan.height * plan.width values of 0 and 1 to `out`. Throws CodedError as read_mask does.
void draw_target(const RawPicture& mask, const Plan& plan, float* out);

}  // namespace deeplasia::image
