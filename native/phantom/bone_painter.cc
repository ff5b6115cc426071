#include "phantom/bone_painter.h"

#include <algorithm>
#include <array>

#include "phantom/distance.h"
#include "phantom/lookup.h"
#include "phantom/math.h"
#include "phantom/outline.h"
#include "phantom/texture.h"

namespace deeplasia::phantom {
namespace {

constexpr int kStations = 48;  // number of intervals along a bone

// The cross-section at one place along a bone.
struct Station {
  float edge;                // distance from the outline at which the bone has its full depth, pixels
  float depth, inner_depth;  // depth along the rays, H: with and without the walls
  float wall;                // thickness of the wall, pixels
  float density;             // relative density of the marrow
};

class Painter {
 public:
  Painter(const Bone& bone, const BoneMatter& matter, const View& view, Random& random);
  void paint(Plane& attenuation);

 private:
  void make_stations();
  Station station(float share) const;
  float matter_at(float distance, Point at) const;
  void paint_run(int64_t y, const LineDistance::Run& run, float* out);
  void paint_streaks(int64_t y, int64_t first, int64_t count, float* out);
  // Converts a pixel to the bone's own frame, H.
  Point own(Point pixel) const { return bone_.frame.inverse(view_.hand(pixel)); }

  const Bone& bone_;
  const BoneMatter& matter_;
  const View& view_;
  float pixel_;  // size of a pixel, H
  LineDistance line_;
  std::vector<LineDistance> streaks_;
  std::array<Station, kStations + 1> stations_;
  const Lookup& chord_;
  const Tile& tile_;
  float tile_u_, tile_v_, rim_;
  std::vector<float> distance_;
};

Outline projected(const Outline& outline, const View& view) {
  Outline result;
  result.reserve(outline.size());
  for (const Point p : outline) result.push_back(view.pixel(p));
  return result;
}

// Returns the depth of a cross-section, as a share of its full depth, by the distance from its edge, as a
// share of the distance at which it is deepest.
const Lookup& chord_of(bool is_tube) {
  const auto rounded = [](double power) {
    return [power](double share) { return pow(1 - (1 - share) * (1 - share), power); };
  };
  static const Lookup tube(1, rounded(0.5)), block(1, rounded(0.34));
  return is_tube ? tube : block;
}

Painter::Painter(const Bone& bone, const BoneMatter& matter, const View& view, Random& random)
    : bone_(bone),
      matter_(matter),
      view_(view),
      pixel_(static_cast<float>(1 / view.scale)),
      line_(projected(bone.outline, view), true),
      chord_(chord_of(bone.is_tube)),
      tile_(bone.is_tube ? struts() : net()),
      tile_u_(static_cast<float>(random.uniform(0, Tile::kSide))),
      tile_v_(static_cast<float>(random.uniform(0, Tile::kSide))),
      rim_(static_cast<float>(matter.shell * random.normal(1, 0.2))) {
  for (const Streak& streak : bone.streaks) streaks_.emplace_back(projected(streak.line, view), false);
  make_stations();
}

void Painter::make_stations() {
  static constexpr Knot kWall[] = {{0, .08}, {.12, .20}, {.3, .72}, {.5, 1}, {.8, .65}, {.93, .20}, {1, .08}};
  const Knot density[] = {{0, 1.5}, {.2, 1.25}, {.5, bone_.marrow}, {.8, 1.15}, {1, 1.5}};
  constexpr double kThinnestWall = 0.0021;  // H
  Outline own;
  for (const Point p : bone_.outline) own.push_back(bone_.frame.inverse(p));
  const double half_length = 0.5 * (bone_.to - bone_.from);
  double widest = 0;
  for (int i = 0; i <= kStations; ++i) {
    const double share = static_cast<double>(i) / kStations;
    const Extent extent = extent_at(own, mix(bone_.from, bone_.to, std::clamp(share, 0.06, 0.94)));
    const double half = std::max(0.5 * (extent.high - extent.low), 0.004);
    widest = std::max(widest, half);
    const double wall = std::max(kThinnestWall, bone_.is_tube ? bone_.cortex * half * read(kWall, share) : 0);
    const double depth = 2 * bone_.roundness * half;
    stations_[i] = {.edge = static_cast<float>(half * view_.scale),
                    .depth = static_cast<float>(depth),
                    .inner_depth = static_cast<float>(depth * std::max(0.0, 1 - wall / half)),
                    .wall = static_cast<float>(wall * view_.scale),
                    .density = static_cast<float>(read(density, share))};
  }
  if (bone_.is_tube) return;
  // The depth of a flat disc or a pebble follows its width, whatever its height.
  const double depth = 1.5 * bone_.roundness * widest;
  stations_.fill({.edge = static_cast<float>(std::min(widest, half_length) * view_.scale),
                  .depth = static_cast<float>(depth),
                  .inner_depth = static_cast<float>(std::max(0.0, depth - 2 * kThinnestWall)),
                  .wall = static_cast<float>(kThinnestWall * view_.scale),
                  .density = 1.25F});
}

Station Painter::station(float share) const {
  const float place = std::clamp(share, static_cast<float>(bone_.least_share), 1.0F) * kStations;
  const int whole = std::min(static_cast<int>(place), kStations - 1);
  const float part = place - static_cast<float>(whole);
  const Station &a = stations_[whole], &b = stations_[whole + 1];
  const auto between = [part](float from, float to) { return from + part * (to - from); };
  return {.edge = between(a.edge, b.edge),
          .depth = between(a.depth, b.depth),
          .inner_depth = between(a.inner_depth, b.inner_depth),
          .wall = between(a.wall, b.wall),
          .density = between(a.density, b.density)};
}

float Painter::matter_at(float distance, Point at) const {
  const Station s = station(static_cast<float>((at.y - bone_.from) / (bone_.to - bone_.from)));
  const auto grain = static_cast<float>(1 / matter_.grain);
  const float trabeculae =
      static_cast<float>(matter_.texture) *
      tile_.at(tile_u_ + static_cast<float>(at.x) * grain, tile_v_ + static_cast<float>(at.y) * grain);
  const float whole = s.depth * chord_.at(distance / s.edge);
  const float inner_edge = s.edge - s.wall;
  float inner = 0;
  if (distance > s.wall && inner_edge > 0.1F)
    inner = std::min(whole, s.inner_depth * chord_.at((distance - s.wall) / inner_edge));
  const float off_rim = (distance * pixel_ - 0.0028F) * (1 / 0.0020F);
  return static_cast<float>(matter_.cortex) * (whole - inner) * (1 + 0.25F * trabeculae) +
         static_cast<float>(matter_.spongy) * inner * s.density * (1 + trabeculae) +
         rim_ * fast_exp(-off_rim * off_rim) * (1 + 0.5F * trabeculae);
}

void Painter::paint_run(int64_t y, const LineDistance::Run& run, float* out) {
  const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::floor(run.from)));
  const auto last = std::min<int64_t>(view_.width - 1, static_cast<int64_t>(std::ceil(run.to)));
  if (last < first) return;
  const int64_t count = last - first + 1;
  distance_.resize(count);
  line_.row(first, count, static_cast<double>(y), distance_.data());
  const Point start = own({static_cast<double>(first), static_cast<double>(y)});
  const Point step = own({static_cast<double>(first + 1), static_cast<double>(y)}) - start;
  const auto opacity = static_cast<float>(bone_.opacity);
  for (int64_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(first + i);
    const bool is_inside = x >= run.from && x <= run.to;
    const float covered = std::clamp((is_inside ? distance_[i] : -distance_[i]) + 0.5F, 0.0F, 1.0F);
    if (covered <= 0) continue;
    const float deep = is_inside ? std::max(distance_[i], 0.3F) : 0.3F;
    out[first + i] += opacity * covered * matter_at(deep, start + static_cast<double>(i) * step);
  }
  paint_streaks(y, first, count, out);
}

void Painter::paint_streaks(int64_t y, int64_t first, int64_t count, float* out) {
  for (size_t s = 0; s < streaks_.size(); ++s) {
    streaks_[s].row(first, count, static_cast<double>(y), distance_.data());
    const auto strength = static_cast<float>(bone_.opacity * bone_.streaks[s].strength);
    for (int64_t i = 0; i < count; ++i) {
      const float off = (distance_[i] * pixel_ - 0.0036F) * (1 / 0.0030F);
      if (off * off < 9) out[first + i] += strength * fast_exp(-off * off);
    }
  }
}

void Painter::paint(Plane& attenuation) {
  const auto top = std::max<int64_t>(0, static_cast<int64_t>(std::floor(line_.top())));
  const auto bottom = std::min<int64_t>(view_.height - 1, static_cast<int64_t>(std::ceil(line_.bottom())));
  for (int64_t y = top; y <= bottom; ++y)
    for (const LineDistance::Run& run : line_.inside(static_cast<double>(y)))
      paint_run(y, run, attenuation.row(y));
}

}  // namespace

void paint_bones(const Skeleton& skeleton, const View& view, Random& random, Plane& attenuation) {
  for (const Bone& bone : skeleton.bones) Painter(bone, skeleton.matter, view, random).paint(attenuation);
}

}  // namespace deeplasia::phantom
