#pragma once

#include <vector>

#include "phantom/hand.h"

namespace deeplasia::phantom {

/// A thin line of denser bone: the plate where a shaft calcifies, or the scar of a closed growth plate.
struct Streak {
  Outline line;
  double strength;  // attenuation
};

/// One bone as it is drawn: an outline in the hand's frame and what is inside.
struct Bone {
  Outline outline;
  Frame frame;         // y is the bone's axis
  double from, to;     // y of its two ends in the frame
  bool is_tube;        // cortex round marrow; otherwise spongy with a thin shell
  double opacity;      // 0 to 1: a closing growth plate is drawn half as open, half as closed
  double least_share;  // only this far towards the lower end is the tube's wall thinner: the forearm goes on
  double cortex;       // thickness at mid-shaft, share of the half width
  double marrow;       // density at mid-shaft, share of that at the ends
  double roundness;    // depth of the cross-section, share of its width
  std::vector<Streak> streaks;
};

/// What one child's bones are made of.
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
