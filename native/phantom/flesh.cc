#include "phantom/flesh.h"

#include <algorithm>

#include "phantom/distance.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

constexpr double kSheath = 0.64;  // least distance from a bone's axis to the skin, share of its width

// Returns the larger of two values, with a smooth transition where they are close.
double smooth_max(double a, double b, double fillet) {
  const double h = std::max(fillet - std::abs(a - b), 0.0) / fillet;
  return std::max(a, b) + 0.25 * h * h * fillet;
}

class Builder {
 public:
  Builder(const Hand& hand, Random random) : hand_(hand), random_(random) {}
  Flesh build();

 private:
  void add_finger(size_t ray);
  void shape_palm();
  void add_bumps();
  void add_folds();

  const Hand& hand_;
  Random random_;
  Flesh flesh_{};
};

void Builder::add_finger(size_t ray) {
  const double radius = 0.5 * hand_.soft.finger_width * kRayTables[ray].soft_width;
  struct Node {
    Point at;
    double radius;
  };
  std::vector<Node> nodes;
  const auto add = [&](const Shaft& shaft, double share, double bone, double thickness) {
    // Fingers are lumpy, but no bone may stick out.
    const double lump = radius * thickness * random_.normal(1, 0.03);
    nodes.push_back({shaft.at(share), std::max(lump, kSheath * bone + 0.004)});
  };
  const auto& shafts = hand_.shafts[ray];
  const Shaft& metacarpal = shafts[kMetacarpal];
  if (ray == 0) add(metacarpal, 0.3, metacarpal.waist, 1.2);
  add(metacarpal, 0.95, metacarpal.head, ray == 0 ? 1.12 : 1.0);
  add(shafts[kProximal], 0, shafts[kProximal].base, 1.12);
  add(shafts[kProximal], 0.5, shafts[kProximal].waist, 1.03);
  const Shaft& distal = shafts[kDistal];
  const Shaft& next = ray > 0 ? shafts[kMiddle] : distal;
  add(shafts[kProximal], 1, std::max(shafts[kProximal].head, next.base), 1.02);
  if (ray > 0) {
    add(shafts[kMiddle], 0.1, shafts[kMiddle].base, 1.0);
    add(shafts[kMiddle], 0.5, shafts[kMiddle].waist, 0.95);
    add(shafts[kMiddle], 1, std::max(shafts[kMiddle].head, distal.base), 0.91);
  }
  add(distal, 0.35, distal.base, 0.86);
  const double tip = std::max(0.74 * radius, 0.5 * distal.head + 0.006);
  const double beyond = random_.uniform(0.016, 0.03);
  nodes.push_back({distal.frame({0, std::max(distal.length + beyond - tip, 0.5 * distal.length)}), tip});
  for (size_t i = 0; i + 1 < nodes.size(); ++i)
    flesh_.fingers.push_back({nodes[i].at, nodes[i + 1].at, nodes[i].radius, nodes[i + 1].radius});
}

void Builder::shape_palm() {
  const SoftSizes& soft = hand_.soft;
  const double c = hand_.carpus_length;
  const Shaft& fifth = hand_.metacarpal(4);
  const Shaft& index = hand_.metacarpal(1);
  const Shaft& thumb = hand_.metacarpal(0);
  const Frame arm{0.5 * (hand_.radius.frame.origin + hand_.ulna.frame.origin),
                  0.5 * (hand_.radius.frame.angle + hand_.ulna.frame.angle)};
  const auto web = [&](size_t ray) {
    return 0.5 * (hand_.proximal(ray).at(0.08) + hand_.proximal(ray + 1).at(0.08));
  };
  const double little_side = length(hand_.ulna.frame.origin - arm.origin) + kSheath * hand_.ulna.width;
  const double thumb_side = length(hand_.radius.frame.origin - arm.origin) + kSheath * hand_.radius.width;
  const double axis = 0.045;  // offset of the arm's axis from the middle between the two bones
  const auto little = [&](double half) { return std::max(half - axis, little_side); };
  const auto thumbward = [&](double half) { return std::max(half + axis, thumb_side); };
  const double thumb_base = std::max(0.80 * soft.beyond_thumb_base, kSheath * thumb.base + 0.03);
  flesh_.palm = {
      arm.origin + -1.7 * arm.along() + -1.25 * little(soft.forearm_half) * arm.across(),
      arm.origin + -0.30 * arm.along() + -little(soft.forearm_half) * arm.across(),
      arm.origin + 0.28 * c * arm.along() + -little(soft.wrist_half) * arm.across(),
      fifth.frame({-soft.beyond_little_base, 0.02}),
      fifth.frame({-0.5 * (soft.beyond_little_base + soft.beyond_little_head), 0.5 * fifth.length}),
      fifth.frame({-soft.beyond_little_head, 0.97 * fifth.length}),
      hand_.proximal(4).frame({-0.5 * hand_.proximal(4).base, 0}),
      web(3),
      web(2),
      web(1),
      hand_.proximal(1).frame({0.5 * hand_.proximal(1).base, 0}),
      index.frame({0.078, index.length}),
      index.frame({0.092, 0.74 * index.length}),
      hand_.proximal(0).frame({-0.046, -0.011}),
      thumb.at(0.9),
      thumb.frame({0.85 * thumb_base, 0.4 * thumb.length}),
      thumb.frame({thumb_base, -0.01}),
      arm.origin + 0.28 * c * arm.along() + thumbward(soft.wrist_half) * arm.across(),
      arm.origin + -0.30 * arm.along() + thumbward(soft.forearm_half) * arm.across(),
      arm.origin + -1.7 * arm.along() + 1.25 * thumbward(soft.forearm_half) * arm.across(),
  };
}

void Builder::add_bumps() {
  const double c = hand_.carpus_length;
  const auto gain = [&](double mean) { return mean + random_.normal(0, 0.06); };
  const Shaft& thumb = hand_.metacarpal(0);
  const Shaft& little = hand_.metacarpal(4);
  flesh_.bumps = {{thumb.frame({-0.06, 0.35 * thumb.length}), 0.09, gain(0.16)},
                  {little.frame({0.0, 0.3 * little.length}), 0.10, gain(0.10)},
                  {{0, -c}, 0.20, gain(0.32)},
                  {{0, -c - 0.4}, 0.20, gain(0.25)},
                  {{0, -c - 0.8}, 0.25, gain(0.25)}};
}

void Builder::add_folds() {
  const double c = hand_.carpus_length;
  const double infancy = 1 - smooth_step(18, 60, hand_.boy_months);
  if (random_.chance(mix(0.25, 0.75, infancy))) {
    const double y = -c * random_.uniform(0.45, 0.75), slope = random_.normal(0, 0.02);
    const double half = 0.8 * hand_.soft.wrist_half, radius = random_.uniform(0.02, 0.06);
    flesh_.folds.push_back(
        {{{-half, y - slope}, {half, y + slope}, radius, radius}, random_.uniform(0.02, 0.15)});
  }
  // The muscle that adducts the thumb ends between the thumb and the index finger.
  const Shaft& thumb = hand_.metacarpal(0);
  const Shaft& index = hand_.metacarpal(1);
  const Point middle = 0.5 * (thumb.at(random_.uniform(0.55, 0.8)) + index.at(random_.uniform(0.4, 0.6)));
  const double radius = random_.uniform(0.08, 0.13);
  flesh_.folds.push_back({{{0.06, -0.02}, middle, radius, radius}, random_.uniform(0.02, 0.09)});
}

Flesh Builder::build() {
  flesh_.finger_radius = 0.5 * hand_.soft.finger_width;
  for (size_t ray = 0; ray < kRays; ++ray) add_finger(ray);
  shape_palm();
  flesh_.finger_depth = 0.114 * random_.uniform(0.85, 1.45);
  flesh_.palm_depth = random_.uniform(0.05, 0.14);
  flesh_.palm_rise = 0.059;
  flesh_.attenuation = 4.4 * exp(random_.normal(0, 0.16));
  add_bumps();
  add_folds();
  return std::move(flesh_);
}

}  // namespace

double Capsule::inside(Point at) const {
  const Point d = to - from, p = at - from;
  const double squared = std::max(d.x * d.x + d.y * d.y, 1e-12);
  const double share = std::clamp((p.x * d.x + p.y * d.y) / squared, 0.0, 1.0);
  return mix(from_radius, to_radius, share) - length(p - share * d);
}

double Flesh::inside(Point at) const {
  double nearest = -1e9;
  for (const Capsule& finger : fingers) nearest = std::max(nearest, finger.inside(at));
  return smooth_max(nearest, signed_distance(palm, at), 0.03);
}

Flesh build_flesh(const Hand& hand, Random random) { return Builder(hand, random).build(); }

}  // namespace deeplasia::phantom
