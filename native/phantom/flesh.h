#pragma once

#include <vector>

#include "phantom/hand.h"

namespace deeplasia::phantom {

struct Capsule {
  Point from, to;
  double from_radius, to_radius;
  /// Distance to its surface, positive inside.
  double inside(Point at) const;
};

/// Where the hand is thicker than its outline tells.
struct Bump {
  Point at;
  double radius, gain;  // gain 0.1: 10 % more
};
/// A fold of the skin, or the edge of a muscle: twice the thickness within a soft-edged band.
struct Fold {
  Capsule where;
  double strength;  // attenuation
};

/// The soft tissue of a hand. Lengths in H.
struct Flesh {
  std::vector<Capsule> fingers;
  Outline palm;  // with the forearm
  std::vector<Bump> bumps;
  std::vector<Fold> folds;
  double finger_radius;
  double finger_depth, palm_depth;  // thickness
  double palm_rise;                 // H of depth in which the palm reaches its thickness
  double attenuation;               // per H

  /// Distance to the skin, positive inside; exact near the skin, deep inside too small.
  double inside(Point at) const;
};

Flesh build_flesh(const Hand& hand, Random random);

}  // namespace deeplasia::phantom
