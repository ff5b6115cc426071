#pragma once

#include <span>

#include "phantom/point.h"

// Outlines of single bones, each in the bone's own frame: x across, y along the bone, lengths in H.
namespace deeplasia::phantom {

/// The two flanks of a bone, each from its lower end on the axis to its upper end on the axis.
struct Flanks {
  Outline left, right;
};
Outline closed(const Flanks& flanks);

/// The rounding of an end: a superellipse `depth` widths deep. Power 2 is an ellipse, 4 is nearly a square.
struct Cap {
  double depth, power;
};

struct ShaftForm {
  double length, base, waist, head;  // length, then widths, H
  double waist_at;                   // share of the length
  Cap base_cap, head_cap;
  bool is_club;       // the base swells, as in a metacarpal; else it flares, as in a phalanx
  double base_flare;  // exponent of that flare
  double notch;       // depth of the groove in the head, H
  double bow;         // sideways deviation of the middle, H
};
Flanks shaft_flanks(const ShaftForm& form);
/// Returns a shaft that extends for `length` below its upper end, where it flares to `width`.
Flanks forearm_flanks(double length, double width, double shaft_share);

/// An epiphysis, from its growth plate at y = 0 to y = height.
struct EpiphysisForm {
  double width, height;
  double belly;  // place where it is widest, share of the height
  double plate_power, joint_power;
  double curl;   // overhang of its rim over the shaft, H
  double dip;    // depth of the hollow in the joint's surface, H
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
/// Returns the flanks of an epiphysis in the frame of its shaft.
Flanks placed(const Flanks& epiphysis, const PlateSide& side);
/// Returns shaft and epiphysis as one bone, without the two ends that faced the growth plate.
Flanks fused(const Flanks& shaft, const Flanks& placed_epiphysis, const PlateSide& side, double belly_height,
             double cap_depth);
/// Returns the edge of the shaft that faces the growth plate.
Outline plate_edge(const Flanks& shaft, const PlateSide& side, double cap_depth);

/// Returns a closed smooth line through the points.
Outline smooth_loop(std::span<const Point> points, int steps);

/// Lowest and highest x at which the outline crosses y; {0, 0} if it does not.
struct Extent {
  double low, high;
};
Extent extent_at(const Outline& outline, double y);

}  // namespace deeplasia::phantom
