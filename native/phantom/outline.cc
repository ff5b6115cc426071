#include "phantom/outline.h"

#include <algorithm>
#include <iterator>
#include <numbers>

#include "phantom/curve.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

constexpr int kCapSteps = 6;
constexpr int kBodySteps = 8;
constexpr double kQuarter = std::numbers::pi / 2;

// Returns a quarter of a superellipse from (0, 0) to (half, depth).
Outline quarter(double half, double depth, double power) {
  Outline points;
  for (int i = 0; i <= kCapSteps; ++i) {
    const double angle = kQuarter * i / kCapSteps;
    const double x = i == kCapSteps ? 1 : pow(std::sin(angle), 2 / power);
    const double y = i == kCapSteps ? 1 : 1 - pow(std::cos(angle), 2 / power);
    points.push_back({half * x, depth * y});
  }
  return points;
}

Outline mirrored(Outline points) {
  for (Point& p : points) p.x = -p.x;
  return points;
}

double half_width(const ShaftForm& form, double share) {
  if (share < form.waist_at) {
    const double flare = 1 - share / form.waist_at;
    const double rise = form.is_club ? smooth_step(0.05, 0.92, flare) : pow(flare, form.base_flare);
    return 0.5 * mix(form.waist, form.base, rise);
  }
  return 0.5 * mix(form.waist, form.head, smooth_step(form.waist_at, 0.92, share));
}

}  // namespace

Outline closed(const Flanks& flanks) {
  Outline all = flanks.right;
  all.insert(all.end(), flanks.left.rbegin(), flanks.left.rend());
  return all;
}

Flanks shaft_flanks(const ShaftForm& form) {
  const double base_depth = form.base_cap.depth * form.base;
  const double head_depth = form.head_cap.depth * form.head;
  const double body_from = base_depth / form.length;
  const double body_to = 1 - head_depth / form.length;
  Outline right = quarter(half_width(form, body_from), base_depth, form.base_cap.power);
  for (int i = 1; i < kBodySteps; ++i) {
    const double share = mix(body_from, body_to, static_cast<double>(i) / kBodySteps);
    right.push_back({half_width(form, share), share * form.length});
  }
  Outline head = quarter(half_width(form, body_to), head_depth, form.head_cap.power);
  for (Point& p : head) {
    const double groove = p.x / (0.3 * form.head);
    p.y = form.length - p.y - form.notch * exp(-groove * groove) * (1 - p.y / head_depth);
  }
  right.insert(right.end(), head.rbegin(), head.rend());
  Flanks flanks{mirrored(right), right};
  for (Outline* flank : {&flanks.left, &flanks.right}) {
    for (Point& p : *flank) {
      const double share = p.y / form.length;
      p.x += form.bow * 4 * share * (1 - share);
    }
  }
  return flanks;
}

Flanks forearm_flanks(double length, double width, double shaft_share) {
  constexpr double kFlare = 0.085;  // distance, H, in which the flare falls to a third
  Outline right{{0, -length}};
  for (const double below : {1.0, 0.5, 0.35, 0.26, 0.2, 0.16, 0.12, 0.09, 0.065, 0.045, 0.03, 0.018, 0.01}) {
    if (below > length) continue;
    right.push_back({0.5 * width * mix(shaft_share, 1, exp(-below / kFlare)), -below});
  }
  const Outline end = quarter(0.5 * width, 0.008, 3.5);
  for (auto p = end.rbegin(); p != end.rend(); ++p) right.push_back({p->x, -p->y});
  return {mirrored(right), right};
}

Flanks epiphysis_flanks(const EpiphysisForm& form) {
  const double half = form.width / 2;
  const double belly = form.belly * form.height;
  Outline right = quarter(half, belly, form.plate_power);
  Outline joint = quarter(half, form.height - belly, form.joint_power);
  for (Point& p : joint) p.y = form.height - p.y;
  right.insert(right.end(), joint.rbegin() + 1, joint.rend());
  Flanks flanks{mirrored(right), right};
  for (Outline* flank : {&flanks.left, &flanks.right}) {
    for (Point& p : *flank) {
      const double aside = p.x / half;
      if (p.y < belly) {
        p.y -= form.curl * std::abs(aside * aside * aside) * (1 - p.y / belly);
      } else {
        const double off = (aside + 0.78) / 0.2;
        const double hollow = aside / 0.55;
        const double raise = form.wedge * form.height * aside - form.dip * exp(-hollow * hollow) +
                             form.spike * exp(-off * off);
        p.y += raise * (p.y - belly) / (form.height - belly);
      }
    }
  }
  return flanks;
}

Flanks placed(const Flanks& epiphysis, const PlateSide& side) {
  Flanks result = epiphysis;
  for (Outline* flank : {&result.left, &result.right}) {
    for (Point& p : *flank)
      p.y = side.at_head ? side.shaft_end + side.gap + p.y : side.shaft_end - side.gap - p.y;
    if (!side.at_head) std::reverse(flank->begin(), flank->end());
  }
  return result;
}

Flanks fused(const Flanks& shaft, const Flanks& epiphysis, const PlateSide& side, double belly_height,
             double cap_depth) {
  const double sign = side.at_head ? 1 : -1;
  const auto join = [&](const Outline& shaft_flank, const Outline& epiphysis_flank) {
    Outline lower, upper;
    Outline& of_shaft = side.at_head ? lower : upper;
    Outline& of_epiphysis = side.at_head ? upper : lower;
    for (const Point p : shaft_flank)
      if (sign * (p.y - side.shaft_end) <= -cap_depth * 0.99) of_shaft.push_back(p);
    for (const Point p : epiphysis_flank)
      if (sign * (p.y - side.shaft_end) >= side.gap + belly_height * 0.99) of_epiphysis.push_back(p);
    lower.insert(lower.end(), upper.begin(), upper.end());
    return lower;
  };
  return {join(shaft.left, epiphysis.left), join(shaft.right, epiphysis.right)};
}

Outline plate_edge(const Flanks& shaft, const PlateSide& side, double cap_depth) {
  Outline edge;
  const auto add = [&](const auto& from, const auto& to) {
    std::copy_if(from, to, std::back_inserter(edge),
                 [&](Point p) { return std::abs(p.y - side.shaft_end) < cap_depth * 0.7; });
  };
  if (side.at_head) add(shaft.right.begin(), shaft.right.end());
  add(shaft.left.rbegin(), shaft.left.rend());
  if (!side.at_head) add(shaft.right.begin(), shaft.right.end());
  return edge;
}

Outline smooth_loop(std::span<const Point> points, int steps) {
  Outline loop;
  const size_t n = points.size();
  for (size_t i = 0; i < n; ++i) {
    const Point a = points[(i + n - 1) % n], b = points[i], c = points[(i + 1) % n], d = points[(i + 2) % n];
    for (int step = 0; step < steps; ++step) {
      const double t = static_cast<double>(step) / steps;
      // Catmull-Rom spline
      loop.push_back(0.5 * ((2 * b) + t * (c - a) + t * t * ((2 * a) - (5 * b) + (4 * c) - d) +
                            t * t * t * ((3 * b) - a - (3 * c) + d)));
    }
  }
  return loop;
}

Extent extent_at(const Outline& outline, double y) {
  Extent extent{0, 0};
  bool found = false;
  for (size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i], b = outline[(i + 1) % outline.size()];
    if ((a.y <= y) == (b.y <= y)) continue;
    const double x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
    extent = found ? Extent{std::min(extent.low, x), std::max(extent.high, x)} : Extent{x, x};
    found = true;
  }
  return extent;
}

}  // namespace deeplasia::phantom
