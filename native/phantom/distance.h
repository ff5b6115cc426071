#pragma once

#include <cstdint>
#include <vector>

#include "phantom/plane.h"
#include "phantom/point.h"

namespace deeplasia::phantom {

/// Computes exact distances to a polyline, one row of pixels at a time.
class LineDistance {
 public:
  /// `points`: in pixels. `is_closed`: an edge joins the last point to the first.
  LineDistance(const Outline& points, bool is_closed);

  /// Writes the distance of (first + i, y) to the line, pixels, to out[i].
  void row(int64_t first, int64_t count, double y, float* out) const;

  struct Run {
    double from, to;
  };
  /// Returns the parts of row y that are inside the closed line: runs of x, ascending (even-odd rule).
  std::vector<Run> inside(double y) const;

  double top() const { return top_; }
  double bottom() const { return bottom_; }

 private:
  struct Edge {
    float x, y, dx, dy, inverse;  // start, direction, 1 / squared length
    float end_y;                  // bit for bit the next edge's y, so that no row falls between two edges
  };
  std::vector<Edge> edges_;
  double top_, bottom_;
};

/// Returns the distance to the closed outline, positive inside.
double signed_distance(const Outline& outline, Point at);

/// Returns the Euclidean distance of every lit node (value above 0) to the nearest dark one, in nodes.
Plane distance_inside(const Plane& lit);

}  // namespace deeplasia::phantom
