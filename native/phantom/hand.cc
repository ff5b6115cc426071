#include "phantom/hand.h"

#include <numbers>

namespace deeplasia::phantom {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
// Angle of a finger to its metacarpal in degrees, where the spread of the hand is 1.
constexpr std::array<double, kRays> kSpread{0, 7, 0, -6, -14};
constexpr double kForeshortened = 0.08;  // share of hands with bent fingers

// Factors by which one child's hand differs from the table.
struct Build {
  double width, soft, gap, segment[4];
  // Broad bones lie further apart, and have thicker epiphyses.
  double spacing() const { return mix(1, width, 0.7); }
  double cartilage() const { return gap * mix(1, width, 0.4); }
};

Build draw_build(Random& random) {
  Build build{random.normal(1, 0.13), random.normal(1, 0.16), random.normal(1, 0.09), {}};
  for (double& segment : build.segment) segment = random.normal(1, 0.035);
  return build;
}

// Draws the lengths and widths of a ray's bones and the gaps between them; place_ray() sets their positions.
std::array<Shaft, 4> draw_ray(size_t ray, double months, const Build& build, Random& random) {
  std::array<Shaft, 4> shafts;
  const auto& chain = kRayTables[ray].chain;
  size_t link = 0;
  for (const size_t segment : segments_of(ray)) {
    Shaft& shaft = shafts[segment];
    const WidthTable& width = widths(segment, ray);
    const double stout = build.width * random.normal(1, 0.04);
    shaft.length = at_age(chain[link], months) * build.segment[segment] * random.normal(1, 0.028);
    shaft.base = at_age(width.base, months) * stout;
    shaft.waist = at_age(width.waist, months) * stout * random.normal(1, 0.04);
    shaft.head = at_age(width.head, months) * stout;
    shaft.room_scale = build.cartilage() * random.normal(1, 0.07);
    if (segment != kDistal) shaft.head_room = at_age(chain[link + 1], months) * shaft.room_scale;
    link += 2;
  }
  return shafts;
}

struct Pose {
  double fan, spread, thumb, thumb_tip, bend;
  bool is_bent;
};

Pose draw_pose(Random& random) {
  return {
      .fan = random.normal(1, 0.15),
      .spread = random.uniform(-0.7, 1.0),
      .thumb = random.normal(0.04, 0.10),
      .thumb_tip = random.normal(0, 0.12),
      .bend = 0.035,
      .is_bent = random.chance(kForeshortened),
  };
}

void place_ray(size_t ray, Point base, const Pose& pose, std::array<Shaft, 4>& shafts, Random& random) {
  const RayTable& table = kRayTables[ray];
  double angle = table.direction_degrees * kDegree;
  if (ray == 0) {
    angle += pose.thumb;
  } else {
    angle = angle * pose.fan + random.normal(0, 0.02);
  }
  Point at = base;
  const Shaft* previous = nullptr;
  for (const size_t segment : segments_of(ray)) {
    Shaft& shaft = shafts[segment];
    if (segment == kProximal) {
      angle += (table.finger_degrees + kSpread[ray] * pose.spread) * kDegree;
      angle += ray == 0 ? pose.thumb_tip : random.normal(0, 0.04);
    } else if (segment != kMetacarpal) {
      angle += random.normal(0, pose.bend);
    }
    if (previous != nullptr) {
      const Frame joint{at, (angle + previous->frame.angle) / 2};
      at = joint({0, previous->head_room});
      shaft.base_room = previous->head_room;
      shaft.base_scale = previous->room_scale;
    }
    if (pose.is_bent && ray > 0 && segment >= kMiddle) shaft.length *= random.uniform(0.5, 0.95);
    shaft.frame = {at, angle};
    at = shaft.at(1);
    previous = &shaft;
  }
}

void place_forearm(Hand& hand, double months, const Build& build, Random& proportions, Random& pose) {
  hand.carpus_length = at_age(kForearm.carpus_length, months) * proportions.normal(1, 0.075);
  hand.carpus_width =
      mix(0.92, 1, smooth_step(8, 100, months)) * mix(1, build.spacing(), 0.7) * proportions.normal(1, 0.03);
  // The hand is turned against the forearm about the middle of the carpus.
  const Frame wrist{{0, -0.5 * hand.carpus_length}, pose.normal(0, 0.06)};
  const double down = -0.5 * hand.carpus_length;
  const double ulna_lower = proportions.uniform(0.008, 0.024);
  const double width = build.width * proportions.normal(1, 0.04);
  hand.radius = {{wrist({at_age(kForearm.radius_x, months) * build.spacing(), down}),
                  wrist.angle + pose.normal(0.02, 0.02)},
                 at_age(kForearm.radius_width, months) * width};
  hand.ulna = {{wrist({at_age(kForearm.ulna_x, months) * build.spacing(), down - ulna_lower}),
                wrist.angle + pose.normal(-0.02, 0.02)},
               at_age(kForearm.ulna_width, months) * width * proportions.normal(1, 0.05)};
}

SoftSizes draw_soft(double months, const Build& build, Random& random) {
  const auto sized = [&](const ByAge& table) { return at_age(table, months) * random.normal(1, 0.05); };
  SoftSizes soft{
      .finger_width = sized(kSoft.finger_width),
      .beyond_little_head = sized(kSoft.beyond_little_head),
      .beyond_little_base = sized(kSoft.beyond_little_base),
      .beyond_thumb_base = sized(kSoft.beyond_thumb_base),
      .wrist_half = sized(kSoft.wrist_half),
      .forearm_half = sized(kSoft.forearm_half),
  };
  soft.finger_width *= build.soft;
  soft.beyond_little_head *= mix(1, build.soft, 1.3);
  soft.beyond_little_base *= mix(1, build.soft, 1.3);
  soft.beyond_thumb_base *= mix(1, build.soft, 1.3);
  soft.wrist_half *= mix(1, build.soft, 0.6);
  soft.forearm_half *= mix(1, build.soft, 0.6);
  return soft;
}

}  // namespace

Hand draw_hand(const Subject& subject, Random proportions, Random pose_stream) {
  Hand hand;
  const double months = boy_equivalent(subject.sex, subject.bone_age_months);
  // Networks are meant to learn from ossification, so the proportions follow the age only roughly.
  hand.boy_months = std::max(4.0, months + proportions.normal(0, 6 + 0.24 * months));
  const Build build = draw_build(proportions);
  const Pose pose = draw_pose(pose_stream);
  const double spacing = build.spacing() * proportions.normal(1, 0.04);
  for (size_t ray = 0; ray < kRays; ++ray) {
    hand.shafts[ray] = draw_ray(ray, hand.boy_months, build, proportions);
    const Point base{at_age(kRayTables[ray].base_x, hand.boy_months) * spacing,
                     at_age(kRayTables[ray].base_y, hand.boy_months) + proportions.normal(0, 0.006)};
    place_ray(ray, base, pose, hand.shafts[ray], pose_stream);
  }
  place_forearm(hand, hand.boy_months, build, proportions, pose_stream);
  hand.soft = draw_soft(hand.boy_months, build, proportions);
  return hand;
}

}  // namespace deeplasia::phantom
