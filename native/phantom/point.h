#pragma once

#include <cmath>
#include <vector>

namespace deeplasia::phantom {

struct Point {
  double x = 0, y = 0;
};
inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(double s, Point a) { return {s * a.x, s * a.y}; }
inline double length(Point a) { return std::sqrt(a.x * a.x + a.y * a.y); }

using Outline = std::vector<Point>;

/// A bone's own frame in the hand's frame: y along the bone, away from the forearm; x across, towards the
/// thumb.
struct Frame {
  Point origin;
  double angle = 0;  // radians; positive leans towards the thumb

  Point along() const { return {std::sin(angle), std::cos(angle)}; }
  Point across() const { return {std::cos(angle), -std::sin(angle)}; }
  Point operator()(Point p) const { return origin + p.y * along() + p.x * across(); }
  /// Converts a point of the hand to this frame.
  Point inverse(Point p) const {
    const Point d = p - origin, u = along(), v = across();
    return {d.x * v.x + d.y * v.y, d.x * u.x + d.y * u.y};
  }
};

}  // namespace deeplasia::phantom
