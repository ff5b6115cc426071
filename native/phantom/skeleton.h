#pragma once

#include <vector>

#include "phantom/hand.h"

namespace deeplasia::phantom {

/// A thin line of denser bone: the plate where a shaft calcifies, or the scar of a closed growth plate.
struct Streak {
  Outline line;
  double strength;  // attenuation
};

/// One bone as it is drawn: its outline in the hand's frame and its interior.
struct Bone {
  Outline outline;
  Frame frame;         // y is the bone's axis
  double from, to;     // y of its two ends in the frame
  bool is_tube;        // cortex round marrow; otherwise spongy with a thin shell
  double opacity;      // 0 to 1: a closing growth plate is drawn partly open, partly closed
  double least_share;  // the wall does not thin further below this place: the forearm continues
  double cortex;       // thickness at mid-shaft, share of the half width
  double marrow;       // density at mid-shaft, share of that at the ends
  double roundness;    // depth of the cross-section, share of its width
  std::vector<Streak> streaks;
};

/// The material of one child's bones.
struct BoneMatter {
  double cortex, spongy;  // attenuation per H
  double shell;           // attenuation of the thin white rim
  double texture;         // contrast of the trabeculae
  double grain;           // their size, H
};

struct Skeleton {
  std::vector<Bone> bones;
  BoneMatter matter;
};

Skeleton build_skeleton(const Hand& hand, const Maturity& maturity, Random random);

}  // namespace deeplasia::phantom
