#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "phantom/curve.h"
#include "phantom/point.h"

namespace deeplasia::phantom {

enum class Sex : size_t { female, male };

/// Centres of ossification. The epiphysis of the tubular bone `segment` of ray `ray` has the index
/// `epiphysis(segment, ray)`.
enum Centre : size_t {
  kCapitate,
  kHamate,
  kTriquetral,
  kLunate,
  kScaphoid,
  kTrapezium,
  kTrapezoid,
  kPisiform,
  kSesamoid,
  kRadius,
  kUlna,
  kTubular,
};
enum Segment : size_t { kMetacarpal, kProximal, kMiddle, kDistal };
constexpr size_t kRays = 5;  // 0: thumb
inline std::span<const Segment> segments_of(size_t ray) {
  static constexpr Segment kThumb[] = {kMetacarpal, kProximal, kDistal};
  static constexpr Segment kFinger[] = {kMetacarpal, kProximal, kMiddle, kDistal};
  if (ray == 0) return kThumb;
  return kFinger;
}
constexpr size_t kCarpals = kPisiform + 1;
constexpr size_t kCentres = kTubular + 4 * kRays;  // the thumb has no middle phalanx: its place is unused
constexpr size_t epiphysis(size_t segment, size_t ray) { return kTubular + segment * kRays + ray; }

/// Age in months at which a centre becomes visible: median, 5th and 95th percentile.
struct Onset {
  double median, early, late;
};
/// Ages in months at which the first bony bridge crosses a growth plate, and at which the plate is closed.
struct Closing {
  double start, end;
};
Onset onset(Sex sex, size_t centre);
/// Only defined for centres that fuse: radius, ulna and tubular epiphyses.
Closing closing(Sex sex, size_t centre);
/// Returns the age in months at which the carpals have their adult shape.
double carpal_maturity(Sex sex);
/// Returns the age in months of a boy with the proportions of this child.
double boy_equivalent(Sex sex, double months);
/// Returns the length from the wrist's crease to the tip of the middle finger, mm.
double hand_length_mm(Sex sex, double months);

/// Growth of one centre from its appearance (0) to the first bridge, or to the adult shape (1).
struct EpiphysisGrowth {
  Curve width;          // share of the width of the metaphysis
  Curve height;         // H
  Curve gap;            // growth plate, H
  double common_width;  // H; width of the bone on which `height` was measured
  double width_power;   // height is proportional to (width / common_width) to this power
};
EpiphysisGrowth epiphysis_growth(size_t centre);
extern const Curve kCarpalGrowth;    // diameter as a share of the adult's
extern const Curve kCortexByMonths;  // thickness at mid-shaft as a share of the half width

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
