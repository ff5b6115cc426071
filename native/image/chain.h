#pragma once

#include <vector>

#include "image/plan.h"

namespace deeplasia::image {

/// Runs the image chain: grey, mask, background, crop or cut, equalisation or histogram matching, flip,
/// affine map, sharpening, fit, resize, contrast, in this order. Writes plan.height * plan.width float32 grey
/// values, row-major and not normalised, to `out`. `mask` may be null. Throws CodedError. Safe to call from
/// several threads at once.
Facts run_chain(const RawPicture& picture, const RawPicture* mask, const Plan& plan, float* out);

/// A grey picture on which the first steps of the chain were done.
struct Prepared {
  std::vector<uint8_t> samples;  // row-major, `depth` bits each, in the machine's byte order
  int64_t width, height;
  int depth;    // 8 or 16
  Facts facts;  // without min and max, unless the whole chain was run
};

/// Runs the chain up to the cut or the crop. Throws CodedError.
Prepared crop(const RawPicture& picture, const RawPicture* mask, const Plan& plan);

/// Runs the whole chain. Throws CodedError, also where the result is not whole grey levels.
Prepared network_input(const RawPicture& picture, const RawPicture* mask, const Plan& plan);

}  // namespace deeplasia::image
