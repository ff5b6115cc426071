#pragma once

#include <vector>

#include "phantom/hand.h"

namespace deeplasia::phantom {

struct Capsule {
  Point from, to;
  double from_radius, to_radius;
  /// Returns the distance to its surface, positive inside.
  double inside(Point at) const;
};

/// A place where the hand is thicker than its outline alone gives.
struct Bump {
  Point at;
  double radius, gain;  // gain 0.1: 10 % thicker
};
/// A fold of the skin, or the edge of a muscle: a band with soft edges and twice the thickness.
struct Fold {
  Capsule where;
  double strength;  // attenuation
};

/// The soft tissue of a hand. Lengths in H.
struct Flesh {
  std::vector<Capsule> fingers;
  Outline palm;  // including the forearm
  std::vector<Bump> bumps;
  std::vector<Fold> folds;
  double finger_radius;
  double finger_depth, palm_depth;  // thickness
  double palm_rise;                 // distance from the skin in which the palm reaches its thickness
  double attenuation;               // per H

  /// Returns the distance to the skin, positive inside; exact near the skin, too small deep inside.
  double inside(Point at) const;
};

Flesh build_flesh(const Hand& hand, Random random);

}  // namespace deeplasia::phantom
