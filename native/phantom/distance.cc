#include "phantom/distance.h"

#include <algorithm>
#include <limits>

namespace deeplasia::phantom {

LineDistance::LineDistance(const Outline& points, bool is_closed) : top_(points[0].y), bottom_(points[0].y) {
  const size_t count = points.size() - (is_closed ? 0 : 1);
  for (size_t i = 0; i < count; ++i) {
    const Point a = points[i], b = points[(i + 1) % points.size()];
    const auto ax = static_cast<float>(a.x), ay = static_cast<float>(a.y);
    const auto bx = static_cast<float>(b.x), by = static_cast<float>(b.y);
    const float squared = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
    if (squared > 1e-10F) edges_.push_back({ax, ay, bx - ax, by - ay, 1 / squared, by});
  }
  for (const Point p : points) {
    top_ = std::min(top_, p.y);
    bottom_ = std::max(bottom_, p.y);
  }
}

void LineDistance::row(int64_t first, int64_t count, double y, float* __restrict out) const {
  std::fill_n(out, count, std::numeric_limits<float>::max());
  for (const Edge& edge : edges_) {
    const float from_y = static_cast<float>(y) - edge.y;
    const float from_x = static_cast<float>(first) - edge.x;
    for (int64_t i = 0; i < count; ++i) {
      const float x = from_x + static_cast<float>(static_cast<int32_t>(i));
      float share = (x * edge.dx + from_y * edge.dy) * edge.inverse;
      share = share < 0.0F ? 0.0F : share;
      share = share > 1.0F ? 1.0F : share;
      const float ex = x - share * edge.dx, ey = from_y - share * edge.dy;
      const float squared = ex * ex + ey * ey;
      out[i] = squared < out[i] ? squared : out[i];
    }
  }
  for (int64_t i = 0; i < count; ++i) out[i] = std::sqrt(out[i]);
}

std::vector<LineDistance::Run> LineDistance::inside(double y) const {
  std::vector<double> crossings;
  for (const Edge& edge : edges_) {
    const double from = edge.y, to = edge.end_y;
    if ((from <= y) == (to <= y)) continue;
    crossings.push_back(edge.x + edge.dx * (y - from) / (to - from));
  }
  std::sort(crossings.begin(), crossings.end());
  std::vector<Run> runs;
  for (size_t i = 0; i + 1 < crossings.size(); i += 2) runs.push_back({crossings[i], crossings[i + 1]});
  return runs;
}

double signed_distance(const Outline& outline, Point at) {
  double nearest = std::numeric_limits<double>::max();
  bool is_inside = false;
  for (size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i], b = outline[(i + 1) % outline.size()];
    const Point d = b - a, p = at - a;
    const double squared = std::max(d.x * d.x + d.y * d.y, 1e-12);
    const double share = std::clamp((p.x * d.x + p.y * d.y) / squared, 0.0, 1.0);
    nearest = std::min(nearest, length(p - share * d));
    if ((a.y <= at.y) != (b.y <= at.y) && at.x < a.x + d.x * (at.y - a.y) / d.y) is_inside = !is_inside;
  }
  return is_inside ? nearest : -nearest;
}

namespace {

// Computes the squared distance transform of one line in place (Felzenszwalb and Huttenlocher's lower
// envelope of parabolas).
void transform(std::vector<double>& f) {
  const auto n = static_cast<int>(f.size());
  std::vector<int> apex(n);
  std::vector<double> border(n + 1);
  int last = 0;
  const auto meet = [&](int q, int p) {
    return (f[q] - f[p] + static_cast<double>(q) * q - static_cast<double>(p) * p) / (2.0 * (q - p));
  };
  border[0] = -1e20;
  border[1] = 1e20;
  for (int q = 1; q < n; ++q) {
    double s = meet(q, apex[last]);
    while (s <= border[last]) s = meet(q, apex[--last]);
    apex[++last] = q;
    border[last] = s;
    border[last + 1] = 1e20;
  }
  std::vector<double> result(n);
  for (int q = 0, k = 0; q < n; ++q) {
    while (border[k + 1] < q) ++k;
    const double d = q - apex[k];
    result[q] = d * d + f[apex[k]];
  }
  f = result;
}

}  // namespace

Plane distance_inside(const Plane& lit) {
  constexpr double kFar = 1e10;
  Plane result(lit.width(), lit.height());
  std::vector<double> line(lit.height());
  for (int64_t x = 0; x < lit.width(); ++x) {
    for (int64_t y = 0; y < lit.height(); ++y) line[y] = lit.row(y)[x] > 0 ? kFar : 0;
    transform(line);
    for (int64_t y = 0; y < lit.height(); ++y) result.row(y)[x] = static_cast<float>(line[y]);
  }
  line.resize(lit.width());
  for (int64_t y = 0; y < lit.height(); ++y) {
    std::copy_n(result.row(y), lit.width(), line.begin());
    transform(line);
    for (int64_t x = 0; x < lit.width(); ++x) result.row(y)[x] = static_cast<float>(std::sqrt(line[x]));
  }
  return result;
}

}  // namespace deeplasia::phantom
