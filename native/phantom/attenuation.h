#pragma once

#include "phantom/flesh.h"
#include "phantom/plane.h"
#include "phantom/skeleton.h"
#include "phantom/view.h"

namespace deeplasia::phantom {

/// Attenuation of the rays by the hand, per pixel: -ln(I / I0), where I / I0 is the share of the rays that
/// arrives.
struct Attenuation {
  Plane total;
  Coarse skin;  // distance to the skin, pixels, positive inside
};

/// Sums the attenuation of soft tissue and bones. `random` is used for the texture only.
Attenuation project(const Flesh& flesh, const Skeleton& skeleton, const View& view, Random random);

}  // namespace deeplasia::phantom
