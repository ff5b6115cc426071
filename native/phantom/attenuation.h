#pragma once

#include "phantom/flesh.h"
#include "phantom/plane.h"
#include "phantom/skeleton.h"
#include "phantom/view.h"

namespace deeplasia::phantom {

/// What the rays lose on their way through the hand: -ln of the share that arrives, a picture.
struct Attenuation {
  Plane total;
  Coarse skin;  // distance to the skin, pixels, positive inside
};

/// Adds up soft tissue and bones. `random` is for the texture only.
Attenuation project(const Flesh& flesh, const Skeleton& skeleton, const View& view, Random random);

}  // namespace deeplasia::phantom
