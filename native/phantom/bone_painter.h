#pragma once

#include "phantom/plane.h"
#include "phantom/skeleton.h"
#include "phantom/view.h"

namespace deeplasia::phantom {

/// Adds the attenuation of all bones: cortical shell, marrow with its trabeculae, thin white rims and lines.
void paint_bones(const Skeleton& skeleton, const View& view, Random& random, Plane& attenuation);

}  // namespace deeplasia::phantom
