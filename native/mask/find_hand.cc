#include "mask/find_hand.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "image/geometry.h"
#include "image/resize.h"
#include "mask/regions.h"

namespace deeplasia::mask {
namespace {

// Probabilities as a picture that is read row by row.
class ProbabilityRows final : public image::Rows<float> {
 public:
  ProbabilityRows(const float* values, int64_t side) : Rows(side, side), values_(values) {}
  const float* row(int64_t y) override { return values_ + y * width(); }

 private:
  const float* values_;
};

bool is_above(float probability, double threshold) { return static_cast<double>(probability) > threshold; }

bool has_seed(const std::vector<uint8_t>& mask, const std::vector<float>& probability, double seed) {
  for (size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0 && is_above(probability[i], seed)) return true;
  return false;
}

}  // namespace

std::vector<uint8_t> choose_hand(const std::vector<float>& probability, int64_t width, int64_t height,
                                 const Thresholds& thresholds) {
  std::vector<uint8_t> foreground(probability.size());
  for (size_t i = 0; i < foreground.size(); ++i)
    foreground[i] = is_above(probability[i], thresholds.foreground) ? 1 : 0;
  Regions regions = find_regions(foreground, width, height);
  std::vector<Region>& all = regions.all;
  if (all.empty()) return {};
  // The largest first; of equal ones, the one that is first in reading order.
  std::ranges::sort(all, [](const Region& a, const Region& b) {
    return std::tie(b.twice_area, a.first_y, a.first_x) < std::tie(a.twice_area, b.first_y, b.first_x);
  });
  if (std::ranges::any_of(probability, [&](float p) { return is_above(p, thresholds.seed); }))
    for (const Region& region : all) {
      std::vector<uint8_t> mask = filled(regions, region);
      if (has_seed(mask, probability, thresholds.seed)) return mask;
    }
  return filled(regions, all.front());
}

std::optional<HandMask> find_hand(const float* probability, int64_t side, int64_t width, int64_t height,
                                  const Thresholds& thresholds) {
  const image::Box square = image::fit_box(image::Fit::pad, width, height);
  ProbabilityRows rows(probability, side);
  std::vector<float> map(static_cast<size_t>(square.width() * square.height()));
  image::resize<float>(rows, square.height(), square.width(), image::Resize::linear, map.data());
  const std::vector<uint8_t> chosen = choose_hand(map, square.width(), square.height(), thresholds);
  if (chosen.empty()) return std::nullopt;

  HandMask hand{std::vector<uint8_t>(static_cast<size_t>(width * height)), {width, height, 0, 0}, 0, 0};
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      const int64_t place = (y - square.top) * square.width() + x - square.left;
      if (chosen[place] == 0) continue;
      hand.pixels[y * width + x] = 255;
      hand.box = {std::min(hand.box.left, x), std::min(hand.box.top, y), std::max(hand.box.right, x + 1),
                  std::max(hand.box.bottom, y + 1)};
      hand.area += 1;
      hand.confidence += static_cast<double>(map[place]);
    }
  if (hand.area == 0) return std::nullopt;
  hand.confidence /= static_cast<double>(hand.area);
  return hand;
}

}  // namespace deeplasia::mask
