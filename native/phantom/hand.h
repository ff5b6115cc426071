#pragma once

#include <array>

#include "phantom/maturity.h"
#include "phantom/point.h"
#include "phantom/proportions.h"

namespace deeplasia::phantom {

/// The bony shaft of a tubular bone, without its epiphysis. All lengths in H (tables.h).
struct Shaft {
  Frame frame;  // origin in the middle of the base
  double length = 0;
  double base = 0, waist = 0, head = 0;   // widths
  double base_room = 0, head_room = 0;    // cartilage between this shaft and its neighbours
  double base_scale = 1, room_scale = 1;  // factors of the two against the table
  Point at(double share) const { return frame({0, share * length}); }
};

struct Forearm {
  Frame frame;  // origin in the middle of the metaphysis, y towards the hand
  double width = 0;
};

struct SoftSizes {
  double finger_width = 0;
  double beyond_little_head = 0, beyond_little_base = 0, beyond_thumb_base = 0;
  double wrist_half = 0, forearm_half = 0;
};

/// Positions and sizes of the bones of one hand, independent of their ossification.
struct Hand {
  double boy_months = 0;                           // age of a boy with these proportions
  std::array<std::array<Shaft, 4>, kRays> shafts;  // [ray][segment]; the thumb has no middle one
  double carpus_length = 0;                        // C
  double carpus_width = 1;                         // factor on the carpals' x
  Forearm radius, ulna;
  SoftSizes soft;

  const Shaft& metacarpal(size_t ray) const { return shafts[ray][kMetacarpal]; }
  const Shaft& proximal(size_t ray) const { return shafts[ray][kProximal]; }
  const Shaft& distal(size_t ray) const { return shafts[ray][kDistal]; }
};

/// Draws proportions and pose. Proportions vary between children by more than a year's growth; the pose is
/// independent of age.
Hand draw_hand(const Subject& subject, Random proportions, Random pose);

}  // namespace deeplasia::phantom
