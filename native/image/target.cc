#include "image/target.h"

#include <cmath>

#include "image/geometry.h"
#include "image/mask.h"

namespace deeplasia::image {

void draw_target(const RawPicture& raw, const Plan& plan, float* out) {
  const Mask mask = read_mask(raw, raw.width, raw.height);
  Image<uint8_t> grey(*mask.grey);
  const Affine map = input_to_picture(plan, raw.width, raw.height);
  for (int64_t y = 0; y < plan.height; ++y)
    for (int64_t x = 0; x < plan.width; ++x) {
      const auto at_x = static_cast<double>(x), at_y = static_cast<double>(y);
      const auto from_x = static_cast<int64_t>(std::floor(map[0] * at_x + map[1] * at_y + map[2] + 0.5));
      const auto from_y = static_cast<int64_t>(std::floor(map[3] * at_x + map[4] * at_y + map[5] + 0.5));
      const bool is_inside = from_x >= 0 && from_y >= 0 && from_x < raw.width && from_y < raw.height;
      *out++ = is_inside && grey.at(from_y)[from_x] > mask.threshold ? 1.0F : 0.0F;
    }
}

}  // namespace deeplasia::image
