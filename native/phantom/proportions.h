#pragma once

#include <array>
#include <span>

#include "phantom/point.h"
#include "phantom/tables.h"

namespace deeplasia::phantom {

/// Ages, in months of a boy, at which proportions were measured; values between them are interpolated
/// linearly.
constexpr std::array<double, 5> kMeasuredMonths{8, 48, 84, 142, 216};
using ByAge = std::array<double, kMeasuredMonths.size()>;
double at_age(const ByAge& values, double boy_months);

/// The unit of length is H, the distance from the base of the third metacarpal to the tip of the middle
/// finger. The origin is the base of the third metacarpal; x points to the thumb, y to the fingertips.
struct RayTable {
  /// Bony shafts and the gaps between them, alternating: metacarpal, gap, proximal, gap, (middle, gap,)
  /// distal.
  std::array<ByAge, 7> chain;
  ByAge base_x, base_y;
  double direction_degrees;  // of the metacarpal relative to the third, positive towards the thumb
  double finger_degrees;     // of the finger relative to its metacarpal
  double soft_width;         // of the finger, as a factor of SoftTable::finger_width
};
extern const std::array<RayTable, kRays> kRayTables;
struct WidthTable {
  ByAge base, waist, head;
};
const WidthTable& widths(size_t segment, size_t ray);

struct ForearmTable {
  ByAge radius_width, radius_x, ulna_width, ulna_x;
  ByAge carpus_length;  // C: from the origin down to the metaphysis of the radius
};
extern const ForearmTable kForearm;

struct SoftTable {
  ByAge finger_width, beyond_little_head, beyond_little_base, beyond_thumb_base, wrist_half, forearm_half;
};
extern const SoftTable kSoft;

struct CarpalTable {
  double x, y;                     // centre, C: to the thumb, to the forearm
  double width, height;            // C
  std::span<const Point> outline;  // share of width and height, from the centre
};
extern const std::array<CarpalTable, kCarpals> kCarpalTables;

}  // namespace deeplasia::phantom
