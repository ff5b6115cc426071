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

}  // namespace deeplasia::phantom
