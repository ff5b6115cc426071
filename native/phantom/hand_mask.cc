#include "phantom/hand_mask.h"

#include <algorithm>
#include <cmath>

namespace deeplasia::phantom {

std::vector<uint8_t> draw_mask(const Attenuation& hand, const View& view, Random random) {
  const auto grow = static_cast<float>(random.uniform(-0.005, 0.006) * view.scale);
  const int64_t block = random.chance(0.25) ? std::max<int64_t>(1, std::lround(view.scale / 110)) : 1;
  const auto cut = static_cast<float>(random.chance(0.25) ? random.uniform(0, 0.25) : 0);
  std::vector<uint8_t> mask(static_cast<size_t>(view.width * view.height));
  std::vector<float> line(view.width);
  for (int64_t y = 0; y < view.height; ++y) {
    const int64_t from_y = std::min(view.height - 1, y / block * block + block / 2);
    hand.skin.read_row(from_y, line.data());
    for (int64_t x = 0; x < view.width; ++x) {
      const int64_t from_x = std::min(view.width - 1, x / block * block + block / 2);
      const bool is_hand = line[from_x] + grow > 0 && hand.total.row(y)[x] >= cut;
      mask[y * view.width + x] = is_hand ? 255 : 0;
    }
  }
  return mask;
}

}  // namespace deeplasia::phantom
