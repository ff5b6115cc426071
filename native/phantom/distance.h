#pragma once

#include <cstdint>
#include <vector>

#include "phantom/plane.h"
#include "phantom/point.h"

namespace deeplasia::phantom {

/// Exact distances to a line through points, a row of pixels at a time.
class LineDistance {
 public:
  /// `points` in pixels; `is_closed`: from the last back to the first.
  LineDistance(const Outline& points, bool is_closed);

  /// out[i] = distance of (first + i, y) to the line, pixels.
  void row(int64_t first, int64_t count, double y, float* out) const;

  struct Run {
    double from, to;
  };
  /// Where row y is inside the closed line: runs of x, ascending (even-odd rule).
  std::vector<Run> inside(double y) const;

  double top() const { return top_; }
  double bottom() const { return bottom_; }

 private:
  struct Edge {
    float x, y, dx, dy, inverse;  // start, direction, 1 / squared length
    float end_y;                  // the next edge's y to the bit: no row slips through between two edges
  };
  std::vector<Edge> edges_;
  double top_, bottom_;
};

/// Distance to the closed outline, positive inside.
double signed_distance(const Outline& outline, Point at);

/// Euclidean distance of every lit node to the nearest dark one, in nodes; `lit` is above 0.
Plane distance_inside(const Plane& lit);

}  // namespace deeplasia::phantom
