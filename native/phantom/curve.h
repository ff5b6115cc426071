#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace deeplasia::phantom {

struct Knot {
  double at, value;
};
/// A function that is linear between its knots and constant beyond the first and the last; `at` ascends.
using Curve = std::span<const Knot>;

inline double read(Curve curve, double at) {
  if (at <= curve.front().at) return curve.front().value;
  for (size_t i = 1; i < curve.size(); ++i) {
    const auto& [from, low] = curve[i - 1];
    const auto& [to, high] = curve[i];
    if (at < to) return low + (high - low) * (at - from) / (to - from);
  }
  return curve.back().value;
}

/// Returns 0 up to `from`, 1 from `to` on, and a smooth cubic transition between them.
inline double smooth_step(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

inline double mix(double a, double b, double share) { return a + (b - a) * share; }

}  // namespace deeplasia::phantom
