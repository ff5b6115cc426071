#include "phantom/view.h"

#include <algorithm>
#include <numbers>

#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

Point turned(Point p, double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  return {p.x * c - p.y * s, p.x * s + p.y * c};
}

struct Extent {
  Point low, high;
};

// The part of the forearm below the metaphysis of the radius (H) that a view of scale 1 shows with the hand.
Extent extent(const Hand& hand, const Flesh& flesh, const View& view, double forearm) {
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  const auto include = [&](Point p, double radius) {
    const Point q = view.pixel(p);
    low = {std::min(low.x, q.x - radius), std::min(low.y, q.y - radius)};
    high = {std::max(high.x, q.x + radius), std::max(high.y, q.y + radius)};
  };
  for (const Capsule& finger : flesh.fingers) include(finger.to, finger.to_radius);
  for (const Point p : flesh.palm)
    if (p.y > -hand.carpus_length) include(p, 0);
  include({0, -hand.carpus_length - forearm}, 0);
  return {low, high};
}

}  // namespace

Point View::pixel(Point hand) const {
  return origin + turned({(mirrored ? -scale : scale) * hand.x, -scale * hand.y}, turn);
}

Point View::hand(Point pixel) const {
  const Point p = turned(pixel - origin, -turn);
  return {p.x / (mirrored ? -scale : scale), -p.y / scale};
}

View draw_view(const Hand& hand, const Flesh& flesh, std::span<const int64_t> sizes, Random random) {
  const int64_t longer = sizes[random.pick(sizes.size())];
  const double aspect = random.chance(0.25) ? 1 : random.uniform(0.68, 0.9);
  View view{.width = std::max<int64_t>(1, std::lround(static_cast<double>(longer) * aspect)),
            .height = longer,
            .scale = 1,
            .origin = {},
            .turn = random.normal(0, 0.11)};
  // Visible length of the forearm below the metaphysis of the radius, H.
  const double forearm = 0.05 + 0.33 * pow(random.uniform(), 1.6);
  const auto [low, high] = extent(hand, flesh, view, forearm);
  const double filled = random.uniform(0.80, 0.985);
  const auto width = static_cast<double>(view.width), height = static_cast<double>(view.height);
  view.scale = filled * std::min(width / (high.x - low.x), height / (high.y - low.y));
  const double spare_x = width - view.scale * (high.x - low.x);
  const double spare_y = height - view.scale * (high.y - low.y);
  // The film ends at that length of the forearm, or a little further up the arm.
  const double more_arm = std::min(random.uniform(0, 0.6) * spare_y, random.uniform(0, 0.15) * view.scale);
  view.origin = {random.uniform(0.15, 0.85) * spare_x - view.scale * low.x,
                 spare_y - more_arm - view.scale * low.y};
  return view;
}

View draw_plate_view(const Hand& hand, const Flesh& flesh, std::span<const int64_t> sizes, Random random) {
  const int64_t longer = sizes[random.pick(sizes.size())];
  const auto shorter = std::max<int64_t>(
      1, std::lround(static_cast<double>(longer) * (random.chance(0.2) ? 1 : random.uniform(0.62, 0.95))));
  const bool is_upright = random.chance(0.75);
  View view{.width = is_upright ? shorter : longer,
            .height = is_upright ? longer : shorter,
            .scale = 1,
            .origin = {},
            .turn = 0};
  view.turn =
      random.chance(0.55) ? random.normal(0, 0.2) : random.uniform(-std::numbers::pi, std::numbers::pi);
  view.mirrored = random.chance(0.4);
  const auto [low, high] = extent(hand, flesh, view, random.uniform(0, 0.4));
  const auto width = static_cast<double>(view.width), height = static_cast<double>(view.height);
  view.scale = random.uniform(0.42, 1.02) * std::min(width / (high.x - low.x), height / (high.y - low.y));
  const double spare_x = width - view.scale * (high.x - low.x);
  const double spare_y = height - view.scale * (high.y - low.y);
  view.origin = {random.uniform() * spare_x - view.scale * low.x,
                 random.uniform() * spare_y - view.scale * low.y};
  return view;
}

}  // namespace deeplasia::phantom
