#pragma once

#include <cstdint>
#include <span>

#include "phantom/flesh.h"
#include "phantom/hand.h"

namespace deeplasia::phantom {

/// The projection of the hand onto the picture.
struct View {
  int64_t width, height;  // pixels
  double scale;           // pixels per H
  Point origin;           // pixel of the hand's origin
  double turn;            // radians; positive turns clockwise on the screen
  bool mirrored = false;  // a right hand

  Point pixel(Point hand) const;
  Point hand(Point pixel) const;
};

/// Frames the hand as a radiographer would: all fingers are on the picture, the forearm is cut by its lower
/// edge. `sizes`: possible lengths of the longer side, pixels.
View draw_view(const Hand& hand, const Flesh& flesh, std::span<const int64_t> sizes, Random random);

/// A hand of either side that lies on a larger plate: anywhere, at any angle.
View draw_plate_view(const Hand& hand, const Flesh& flesh, std::span<const int64_t> sizes, Random random);

}  // namespace deeplasia::phantom
