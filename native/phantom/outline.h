#pragma once

#include <span>

#include "phantom/point.h"

// Outlines of single bones in a frame of their own: x across, y along the bone, lengths in H.
namespace deeplasia::phantom {

/// The two flanks of a bone, each from its lower end on the axis to its upper end on the axis.
struct Flanks {
  Outline left, right;
};
Outline closed(const Flanks& flanks);

/// The rounding of an end: a superellipse as deep as `depth` widths; power 2 is an ellipse, 4 nearly a
/// square.
struct Cap {
  double depth, power;
};

struct ShaftForm {
  double length, base, waist, head;  // widths
  double waist_at;                   // share of the length
  Cap base_cap, head_cap;
  bool is_club;       // the base swells, as a metacarpal's; else it flares, as a phalanx's
  double base_flare;  // power of that flare
  double notch;       // depth of the groove in the head, H
  double bow;         // how far the middle lies aside, H
};
Flanks shaft_flanks(const ShaftForm& form);
/// A shaft that goes on for `length` below its upper end, where it flares to `width`.
Flanks forearm_flanks(double length, double width, double shaft_share);

/// An epiphysis that stands on its growth plate, y = 0, and grows to y = height.
struct EpiphysisForm {
  double width, height;
  double belly;  // share of the height where it is widest
  double plate_power, joint_power;
  double curl;   // how far its rim hangs over the shaft, H
  double dip;    // hollow of the joint's surface, H
  double wedge;  // share of the height by which it is higher on the thumb's side, and lower on the other
  double spike;  // height of a styloid process on the little finger's side, H
};
Flanks epiphysis_flanks(const EpiphysisForm& form);

/// The end of a shaft that an epiphysis belongs to.
struct PlateSide {
  bool at_head;
  double shaft_end;  // y of the metaphysis
  double gap;        // thickness of the growth plate
};
/// The flanks of an epiphysis in the frame of its shaft.
Flanks placed(const Flanks& epiphysis, const PlateSide& side);
/// Shaft and epiphysis as one bone, without the ends that the growth plate was between.
Flanks fused(const Flanks& shaft, const Flanks& placed_epiphysis, const PlateSide& side, double belly_height,
             double cap_depth);
/// The edge of the shaft that faces the growth plate.
Outline plate_edge(const Flanks& shaft, const PlateSide& side, double cap_depth);

/// A closed smooth line through the points.
Outline smooth_loop(std::span<const Point> points, int steps);

/// [low, high] of x where the outline crosses y; {0, 0} where it does not.
struct Extent {
  double low, high;
};
Extent extent_at(const Outline& outline, double y);

}  // namespace deeplasia::phantom
