#include "phantom/plate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

constexpr double kPi = std::numbers::pi;

// Corners of a rectangle round `centre`, turned by `turn`.
Outline rectangle(Point centre, double half_width, double half_height, double turn) {
  Outline corners;
  for (const auto& [x, y] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
    const double dx = x * half_width, dy = y * half_height;
    corners.push_back(
        centre + Point{dx * std::cos(turn) - dy * std::sin(turn), dx * std::sin(turn) + dy * std::cos(turn)});
  }
  return corners;
}

class Builder {
 public:
  Builder(const View& view, const Coarse& skin, Random random)
      : view_(view),
        skin_(skin),
        random_(random),
        width_(static_cast<double>(view.width)),
        height_(static_cast<double>(view.height)) {}

  Plate build();

 private:
  void add_markers();
  void add_bands();
  void add_other_hand();
  void add_field();
  void add_sheet();
  void add_faults();

  Point anywhere() { return {random_.uniform(0, width_), random_.uniform(0, height_)}; }
  double small_turn() { return random_.chance(0.7) ? random_.normal(0, 0.03) : random_.normal(0, 0.4); }
  double side() const { return std::min(width_, height_); }
  bool is_free(Point at, double radius) const;

  const View& view_;
  const Coarse& skin_;
  Random random_;
  double width_, height_;
  Plate plate_{};
};

bool Builder::is_free(Point at, double radius) const {
  std::vector<float> row(view_.width);
  const auto y = std::clamp<int64_t>(static_cast<int64_t>(at.y), 0, view_.height - 1);
  const auto x = std::clamp<int64_t>(static_cast<int64_t>(at.x), 0, view_.width - 1);
  skin_.read_row(y, row.data());
  return row[x] < -radius;
}

void Builder::add_markers() {
  for (int64_t left = static_cast<int64_t>(random_.pick(4)); left > 0; --left) {
    Random own = random_;
    random_.bits();
    Scene letters = draw_scene(view_, skin_, own);
    letters.lit.reset();
    if (!letters.marker.empty()) plate_.markers.push_back(letters);
  }
  // Plates of lead or of plastic, with and without letters of their own.
  for (int64_t left = static_cast<int64_t>(random_.pick(3)); left > 0; --left) {
    const double half = side() * random_.uniform(0.015, 0.08);
    const Point centre = anywhere();
    const double turn = small_turn(), flat = random_.uniform(0.4, 1);
    if (!is_free(centre, 1.2 * half)) continue;
    const double attenuation = random_.uniform(0.2, 4);
    plate_.labels.push_back({rectangle(centre, half, flat * half, turn), attenuation});
    if (random_.chance(0.5))
      plate_.labels.push_back(
          {rectangle(centre, 0.85 * half, 0.8 * flat * half, turn), random_.uniform(0, 0.5) * attenuation});
  }
}

void Builder::add_bands() {
  if (!random_.chance(0.3)) return;
  const double turn = small_turn() + (random_.chance(0.5) ? kPi / 2 : 0);
  const double half = std::max(width_, height_) * random_.uniform(0.03, 0.35);
  const bool is_brighter = random_.chance(0.5);
  plate_.bands.push_back(
      {rectangle(anywhere(), 2 * (width_ + height_), half, turn),
       static_cast<float>(is_brighter ? random_.uniform(0.5, 0.9) : random_.uniform(0.4, 0.9)),
       static_cast<float>(is_brighter ? random_.uniform(0.05, 0.3) : 0)});
}

// A hand whose middle is outside, or just inside, of the picture, on the side that the first one leaves free.
void Builder::add_other_hand() {
  if (!random_.chance(0.25)) return;
  View other = view_;
  other.mirrored = !view_.mirrored;
  other.turn = random_.chance(0.5) ? -view_.turn + random_.normal(0, 0.2) : random_.uniform(-kPi, kPi);
  const Point own = view_.pixel({0, 0.3});
  const Point middle{width_ / 2, height_ / 2};
  Point away = middle - own;
  const double far = std::max(length(away), 1e-6);
  const double turn = random_.normal(0, 0.5);
  away = {(away.x * std::cos(turn) - away.y * std::sin(turn)) / far,
          (away.x * std::sin(turn) + away.y * std::cos(turn)) / far};
  // From the middle to the border in this direction, and on.
  const double to_border = std::min(0.5 * width_ / std::max(std::abs(away.x), 1e-6),
                                    0.5 * height_ / std::max(std::abs(away.y), 1e-6));
  const Point wanted = middle + (to_border + random_.uniform(0.1, 0.55) * view_.scale) * away;
  other.origin = {0, 0};
  other.origin = wanted - other.pixel({0, 0.3});
  plate_.other = other;
}

// Lit, collimated fields are along the plate or along the hand; they cut the forearm, seldom more.
void Builder::add_field() {
  if (!random_.chance(0.55)) return;
  plate_.field_is_cut = random_.chance(0.5);
  if (random_.chance(0.5)) {
    const auto margin = [&] { return random_.uniform(0.05, 0.45) * view_.scale; };
    const double top = 1.02 + margin() / view_.scale, bottom = -0.35 - random_.uniform(0, 1) * 0.8;
    const double half = (0.55 + margin() / view_.scale);
    const double lean = random_.normal(0, 0.06);
    const Point centre = view_.pixel({random_.normal(0, 0.03), (top + bottom) / 2});
    plate_.field = rectangle(centre, half * view_.scale, (top - bottom) / 2 * view_.scale, view_.turn + lean);
    return;
  }
  const double inset_x = random_.uniform(0, 0.14), inset_y = random_.uniform(0, 0.14);
  plate_.field = rectangle({width_ * random_.uniform(0.46, 0.54), height_ * random_.uniform(0.46, 0.54)},
                           width_ * (0.5 - inset_x), height_ * (0.5 - inset_y), random_.normal(0, 0.03));
}

void Builder::add_sheet() {
  plate_.border = static_cast<float>(random_.pick(3) == 0   ? 0
                                     : random_.pick(2) == 0 ? random_.uniform(0.85, 1)
                                                            : random_.uniform(0.1, 0.85));
  if (!random_.chance(0.35)) return;
  plate_.sheet = rectangle({width_ * random_.uniform(0.47, 0.53), height_ * random_.uniform(0.47, 0.53)},
                           width_ * random_.uniform(0.41, 0.51), height_ * random_.uniform(0.41, 0.51),
                           random_.normal(0, 0.015));
  for (int64_t left = static_cast<int64_t>(random_.pick(4)); left > 0; --left) {
    const double half = side() * random_.uniform(0.005, 0.03);
    const Point at =
        random_.chance(0.5)
            ? Point{random_.uniform(0, width_), random_.chance(0.5) ? 2 * half : height_ - 2 * half}
            : Point{random_.chance(0.5) ? 2 * half : width_ - 2 * half, random_.uniform(0, height_)};
    plate_.prints.push_back(
        {rectangle(at, half * random_.uniform(1, 4), half * 0.5, 0), random_.uniform(0, 1)});
  }
}

void Builder::add_faults() {
  plate_.is_inverted = random_.chance(0.2);
  plate_.gain = 1;
  plate_.offset = 0;
  if (random_.chance(0.3)) {
    plate_.gain = static_cast<float>(random_.uniform(0.15, 0.9));
    plate_.offset = static_cast<float>(random_.uniform(0, 1 - static_cast<double>(plate_.gain)));
    if (random_.chance(0.5)) plate_.offset = 0;
  }
  plate_.gamma = random_.chance(0.4) ? static_cast<float>(exp(random_.normal(0, 0.35))) : 1;
  plate_.is_cut_out = random_.chance(0.3);
  plate_.cut_growth = random_.uniform(-0.004, 0.02) * view_.scale;
  plate_.grain = random_.chance(0.4) ? static_cast<float>(random_.uniform(0, 0.06)) : 0;
}

Plate Builder::build() {
  add_markers();
  add_bands();
  add_other_hand();
  add_field();
  add_sheet();
  add_faults();
  // A hand that was cut out stands alone, on black.
  if (plate_.is_cut_out) {
    plate_.other.reset();
    plate_.field.reset();
    plate_.is_inverted = false;
    plate_.offset = 0;
    if (random_.chance(0.8)) plate_.sheet.reset();
  }
  return std::move(plate_);
}

}  // namespace

Plate draw_plate(const View& view, const Coarse& skin, Random random) {
  return Builder(view, skin, random).build();
}

}  // namespace deeplasia::phantom
