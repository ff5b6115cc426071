#pragma once

#include "image/plan.h"

namespace deeplasia::image {

/// Runs the image chain: grey, mask, background, crop or cut, equalisation or histogram matching, flip,
/// affine map, sharpening, fit, resize, contrast, in this order. Writes plan.height * plan.width float32 grey
/// values, row-major and not normalised, to `out`. `mask` may be null. Throws CodedError. Safe to call from
/// several threads at once.
Facts run_chain(const RawPicture& picture, const RawPicture* mask, const Plan& plan, float* out);

}  // namespace deeplasia::image
