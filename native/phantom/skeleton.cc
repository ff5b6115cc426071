#include "phantom/skeleton.h"

#include <algorithm>
#include <numbers>

#include "phantom/bone_forms.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

// A tubular bone before it is split into its visible parts.
struct LongBone {
  Frame frame;
  Flanks shaft;
  double from, to;         // y of the shaft's ends
  double least_share = 0;  // Bone::least_share
  double flatness = 1;     // depth of its cross-section relative to a finger bone's
  PlateSide plate;
  double cap_depth;  // depth of the rounded end at the plate, H
};

class Builder {
 public:
  Builder(const Hand& hand, const Maturity& maturity, Random random)
      : hand_(hand),
        maturity_(maturity),
        random_(random),
        plate_scale_(exp(random_.normal(0, 0.25))),
        line_strength_(0.24 * random_.uniform(0.3, 1.7)),
        cortex_(exp(random_.normal(0, 0.3)) * read(kCortexByMonths, hand.boy_months)),
        marrow_(random_.uniform(0.25, 0.85)) {}

  Skeleton build();

 private:
  void add_forearm(size_t centre, const Forearm& forearm);
  void add_tube(size_t segment, size_t ray);
  void add_carpal(size_t centre);
  void add_sesamoid();
  void add_with_plate(const LongBone& source, size_t centre, const EpiphysisForm& form, double shift);
  Bone& add(const Frame& frame, const Outline& outline, double from, double to);
  Bone& add_tube_part(const LongBone& source, const Flanks& flanks, double from, double to, double opacity);
  BoneMatter draw_matter();

  double growth(size_t centre) const { return std::clamp(maturity_.growth[centre], 0.0, 1.0); }
  double gap(size_t centre) const {
    return read(epiphysis_growth(centre).gap, growth(centre)) * plate_scale_;
  }

  const Hand& hand_;
  const Maturity& maturity_;
  Random random_;
  double plate_scale_, line_strength_, cortex_, marrow_;
  std::vector<Bone> bones_;
};

Outline in_hand(const Outline& outline, const Frame& frame) {
  Outline result;
  result.reserve(outline.size());
  for (const Point p : outline) result.push_back(frame(p));
  return result;
}

Bone& Builder::add(const Frame& frame, const Outline& outline, double from, double to) {
  Bone bone{};
  bone.outline = in_hand(outline, frame);
  bone.frame = frame;
  bone.from = from;
  bone.to = to;
  bone.opacity = 1;
  bone.cortex = cortex_;
  bone.marrow = marrow_;
  bone.roundness = random_.uniform(0.7, 1.1);
  bones_.push_back(std::move(bone));
  return bones_.back();
}

Bone& Builder::add_tube_part(const LongBone& source, const Flanks& flanks, double from, double to,
                             double opacity) {
  Bone& bone = add(source.frame, closed(flanks), from, to);
  bone.is_tube = true;
  bone.opacity = opacity;
  bone.least_share = source.least_share;
  bone.roundness *= source.flatness;
  return bone;
}

// A closing growth plate looks neither open nor closed on a radiograph, so both states are drawn, each with
// part of the opacity.
void Builder::add_with_plate(const LongBone& source, size_t centre, const EpiphysisForm& form, double shift) {
  const double closed_share = smooth_step(0, 1, maturity_.fusion[centre]);
  const PlateSide& side = source.plate;
  const Outline edge = in_hand(plate_edge(source.shaft, side, source.cap_depth), source.frame);
  if (closed_share < 1) {
    add_tube_part(source, source.shaft, source.from, source.to, 1 - closed_share)
        .streaks.push_back({edge, line_strength_});
  }
  if (!maturity_.is_ossified(centre)) return;
  Flanks epiphysis = placed(epiphysis_flanks(form), side);
  for (Outline* flank : {&epiphysis.left, &epiphysis.right})
    for (Point& p : *flank) p.x += shift;
  const double sign = side.at_head ? 1 : -1;
  const double near_end = side.shaft_end + sign * side.gap, far_end = near_end + sign * form.height;
  if (closed_share < 1) {
    Bone& bone =
        add(source.frame, closed(epiphysis), std::min(near_end, far_end), std::max(near_end, far_end));
    bone.opacity = 1 - closed_share;
    bone.roundness *= source.flatness;
  }
  if (closed_share > 0) {
    const Flanks whole = fused(source.shaft, epiphysis, side, form.belly * form.height, source.cap_depth);
    const double scar = 0.10 * (closed_share < 1 ? 1 : random_.uniform(0, 0.8));
    add_tube_part(source, whole, std::min(source.from, far_end), std::max(source.to, far_end), closed_share)
        .streaks.push_back({edge, scar});
  }
}

// Returns how much cartilage, H, an epiphysis and its growth plate may fill. At a knuckle two of them share
// it.
double room_of(const Shaft& shaft, size_t segment, size_t ray) {
  constexpr double kJoint = 0.004;
  if (is_knuckle(segment, ray)) return 0.80 * (shaft.head_room - 3 * kJoint);
  if (segment == kProximal && ray > 0) return 0.25 * shaft.base_room;
  if (segment == kMetacarpal) return 1;  // base of the thumb: the carpus leaves enough room
  return shaft.base_room - kJoint;
}

void Builder::add_tube(size_t segment, size_t ray) {
  const Shaft& shaft = hand_.shafts[ray][segment];
  const size_t centre = epiphysis(segment, ray);
  const bool at_head = is_knuckle(segment, ray);
  const ShaftForm form = shaft_form(segment, ray, shaft, hand_.boy_months, maturity_.fusion[centre], random_);
  LongBone source{};
  source.frame = shaft.frame;
  source.shaft = shaft_flanks(form);
  source.to = shaft.length;
  source.plate = {at_head, at_head ? shaft.length : 0, gap(centre)};
  source.cap_depth = at_head ? form.head_cap.depth * form.head : form.base_cap.depth * form.base;
  const double scale = at_head ? shaft.room_scale : shaft.base_scale;
  const double room = room_of(shaft, segment, ray) - source.plate.gap;
  EpiphysisForm epiphysis =
      epiphysis_form(centre, growth(centre), at_head ? shaft.head : shaft.base, scale, room, random_);
  // Whatever the proportions, bone finally fills the cartilage except for the joint; at the knuckles it does
  // so early.
  const double filled =
      at_head ? smooth_step(0.2, 0.5, growth(centre)) : smooth_step(0.55, 1, growth(centre));
  if (segment != kMetacarpal || ray > 0) epiphysis.height = std::max(epiphysis.height, 0.88 * room * filled);
  add_with_plate(source, centre, epiphysis, random_.normal(0, 0.02) * epiphysis.width);
}

void Builder::add_forearm(size_t centre, const Forearm& forearm) {
  constexpr double kVisible = 1.6;  // H; longer than any picture shows
  constexpr double kSpan = 0.7;     // H; length over which the wall's thickness would vary from end to end
  LongBone source{};
  source.frame = forearm.frame;
  source.shaft = forearm_flanks(kVisible, forearm.width * (1 + 0.05 * maturity_.fusion[centre]),
                                random_.normal(centre == kRadius ? 0.6 : 0.68, 0.04));
  source.from = -kSpan;
  source.least_share = 0.5;
  source.flatness = 0.68;
  source.plate = {true, 0, gap(centre)};
  source.cap_depth = 0.008;
  const EpiphysisForm form = epiphysis_form(centre, growth(centre), forearm.width, 1, 1, random_);
  // Ossification of the radius starts on the thumb's side.
  const double aside = centre == kRadius ? 0.12 * (1 - smooth_step(0, 0.3, growth(centre))) : 0;
  add_with_plate(source, centre, form, aside * forearm.width);
}

void Builder::add_carpal(size_t centre) {
  const CarpalTable& table = kCarpalTables[centre];
  const double c = hand_.carpus_length;
  const double grown = smooth_step(120, 200, hand_.boy_months);
  // The carpals of adults partly overlap.
  const double share =
      read(kCarpalGrowth, maturity_.growth[centre]) * mix(1, 1.04, grown) * random_.normal(1, 0.05);
  const double raised = 0.03 * grown;
  const double x = table.x * hand_.carpus_width + random_.normal(0, 0.008);
  const double y = table.y - raised + random_.normal(0, 0.008);
  std::vector<Point> points = carpal_points(table, share, random_);
  for (Point& p : points) p = {c * hand_.carpus_width * p.x, -c * p.y};
  const double half = 0.5 * share * table.height * c;
  add({{c * x, -c * y}, 0}, smooth_loop(points, 4), -half, half);
}

void Builder::add_sesamoid() {
  const double radius = 0.0105 * mix(0.5, 1, maturity_.growth[kSesamoid]) * random_.normal(1, 0.12);
  const Shaft& thumb = hand_.metacarpal(0);
  // Beside the head of the thumb's metacarpal, on the index finger's side.
  const Point at{-0.055 * random_.normal(1, 0.06), thumb.length - random_.uniform(-0.01, 0.015)};
  std::vector<Point> points;
  for (int i = 0; i < 8; ++i) {
    const double angle = 0.25 * std::numbers::pi * i;
    points.push_back({radius * std::cos(angle), 1.15 * radius * std::sin(angle)});
  }
  add({thumb.frame(at), thumb.frame.angle}, smooth_loop(points, 3), -radius, radius);
}

BoneMatter Builder::draw_matter() {
  // An infant's bones contain less mineral, so the palm nearly hides them.
  const double mineral = random_.uniform(0.25, 1.1) * mix(0.65, 1, smooth_step(6, 120, hand_.boy_months));
  BoneMatter matter{};
  matter.cortex = 31 * mineral;
  matter.spongy = 5.6 * mineral * exp(random_.normal(0, 0.35));
  matter.shell = 0.19 * random_.uniform(0.1, 1.4);
  matter.texture = 0.21 * random_.uniform(0.3, 1.6);
  matter.grain = 0.00132 * random_.uniform(0.75, 1.25);
  return matter;
}

Skeleton Builder::build() {
  const BoneMatter matter = draw_matter();
  add_forearm(kRadius, hand_.radius);
  add_forearm(kUlna, hand_.ulna);
  for (size_t centre = 0; centre < kCarpals; ++centre)
    if (maturity_.is_ossified(centre)) add_carpal(centre);
  for (size_t ray = 0; ray < kRays; ++ray)
    for (const size_t segment : segments_of(ray)) add_tube(segment, ray);
  if (maturity_.is_ossified(kSesamoid)) add_sesamoid();
  return {std::move(bones_), matter};
}

}  // namespace

Skeleton build_skeleton(const Hand& hand, const Maturity& maturity, Random random) {
  return Builder(hand, maturity, random).build();
}

}  // namespace deeplasia::phantom
