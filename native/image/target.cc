#include "image/target.h"

#include <cmath>

#include "image/geometry.h"
#include "image/mask.h"

namespace deeplasia::image {
namespace {

/// A position as the pixel that is nearest to it.
struct Pixel {
  int64_t x, y;
  bool is_inside(int64_t width, int64_t height) const { return x >= 0 && y >= 0 && x < width && y < height; }
};

Pixel mapped(const Affine& map, int64_t x, int64_t y) {
  const auto at_x = static_cast<double>(x), at_y = static_cast<double>(y);
  return {static_cast<int64_t>(std::floor(map[0] * at_x + map[1] * at_y + map[2] + 0.5)),
          static_cast<int64_t>(std::floor(map[3] * at_x + map[4] * at_y + map[5] + 0.5))};
}

}  // namespace

void draw_target(const RawPicture& raw, int64_t width, int64_t height, const Plan& plan, float* out) {
  const Mask mask = read_mask(raw, width, height);
  Image<uint8_t> grey(*mask.grey);
  const Affine to_picture = input_to_picture(plan, width, height);
  const Affine to_canvas = input_to_canvas(plan, width, height);
  // In separate steps a picture is turned and moved on a canvas of its own size, and what leaves it is lost.
  const bool is_whole = plan.augmentation && plan.augmentation->one_pass;
  for (int64_t y = 0; y < plan.height; ++y)
    for (int64_t x = 0; x < plan.width; ++x) {
      const Pixel from = mapped(to_picture, x, y);
      const bool is_seen = is_whole || mapped(to_canvas, x, y).is_inside(width, height);
      const bool is_lit =
          is_seen && from.is_inside(width, height) && grey.at(from.y)[from.x] > mask.threshold;
      *out++ = is_lit ? 1.0F : 0.0F;
    }
}

}  // namespace deeplasia::image
