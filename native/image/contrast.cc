#include "image/contrast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "image/sharpen.h"

namespace deeplasia::image {
namespace {

constexpr int kLevels = 256;
constexpr int64_t kTiles = 8;  // per side

using Table = std::array<float, kLevels>;

/// The size of a tile. Unless both sides are divisible by 8, the tiles cover a slightly larger picture, whose
/// additional pixels mirror the real ones.
struct Tiling {
  int64_t tile_width, tile_height;
  Tiling(int64_t width, int64_t height) {
    const bool divides = width % kTiles == 0 && height % kTiles == 0;
    // As in OpenCV: a side that is divisible by 8 grows by 8 if the other side is not.
    const auto covered = [&](int64_t side) { return divides ? side : side + kTiles - side % kTiles; };
    tile_width = covered(width) / kTiles;
    tile_height = covered(height) / kTiles;
  }
  int64_t area() const { return tile_width * tile_height; }
};

using Histogram = std::array<int32_t, kLevels>;

/// Cuts the counts at the limit. Spreads the excess over all levels, and its remainder over evenly spaced
/// ones.
void clip(Histogram& histogram, int32_t limit) {
  int32_t excess = 0;
  for (int32_t& count : histogram) {
    excess += std::max(count - limit, 0);
    count = std::min(count, limit);
  }
  for (int32_t& count : histogram) count += excess / kLevels;
  int32_t remainder = excess % kLevels;
  if (remainder == 0) return;
  const int32_t step = std::max(kLevels / remainder, 1);
  for (int32_t level = 0; level < kLevels && remainder > 0; level += step, --remainder) ++histogram[level];
}

/// Returns the running sum of the histogram, scaled to 0 ... 255.
Table equalising_table(const Histogram& histogram, int64_t area) {
  const float scale = static_cast<float>(kLevels - 1) / static_cast<float>(area);
  Table table;
  int32_t sum = 0;
  for (int level = 0; level < kLevels; ++level) {
    sum += histogram[level];
    table[level] = std::min(half_to_even(static_cast<float>(sum) * scale), 255.0F);
  }
  return table;
}

std::vector<Table> tile_tables(const std::vector<uint8_t>& grey, int64_t height, int64_t width,
                               const Tiling& tiling, double clip_limit) {
  const auto area = static_cast<double>(tiling.area());
  const auto limit = static_cast<int32_t>(std::clamp(clip_limit * area / kLevels, 1.0, area));
  std::vector<int64_t> columns(tiling.tile_width * kTiles);  // for each covered column the real one
  for (size_t x = 0; x < columns.size(); ++x) columns[x] = reflected(static_cast<int64_t>(x), width);
  std::vector<Table> tables;
  for (int64_t top = 0; top < tiling.tile_height * kTiles; top += tiling.tile_height) {
    for (int64_t left = 0; left < tiling.tile_width * kTiles; left += tiling.tile_width) {
      Histogram histogram{};
      for (int64_t y = top; y < top + tiling.tile_height; ++y) {
        const uint8_t* row = grey.data() + reflected(y, height) * width;
        for (int64_t x = left; x < left + tiling.tile_width; ++x) ++histogram[row[columns[x]]];
      }
      clip(histogram, limit);
      tables.push_back(equalising_table(histogram, tiling.area()));
    }
  }
  return tables;
}

/// The two tiles between whose centres a pixel lies, and their weights.
struct Neighbours {
  int64_t first, second;
  float first_weight, second_weight;
};

std::vector<Neighbours> tile_neighbours(int64_t side, int64_t tile_side) {
  const float inverse = 1 / static_cast<float>(tile_side);
  std::vector<Neighbours> all;
  for (int64_t i = 0; i < side; ++i) {
    const float position = static_cast<float>(i) * inverse - 0.5F;
    const auto first = static_cast<int64_t>(std::floor(position));
    const float weight = position - static_cast<float>(first);
    all.push_back({std::max<int64_t>(first, 0), std::min(first + 1, kTiles - 1), 1 - weight, weight});
  }
  return all;
}

}  // namespace

void clahe(float* pixels, int64_t height, int64_t width, double clip_limit) {
  const std::vector<uint8_t> grey(pixels, pixels + height * width);
  const Tiling tiling(width, height);
  const std::vector<Table> tables = tile_tables(grey, height, width, tiling, clip_limit);
  const std::vector<Neighbours> across = tile_neighbours(width, tiling.tile_width);
  const std::vector<Neighbours> down = tile_neighbours(height, tiling.tile_height);
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* row = grey.data() + y * width;
    const Table *upper = tables.data() + down[y].first * kTiles,
                *lower = tables.data() + down[y].second * kTiles;
    for (int64_t x = 0; x < width; ++x) {
      const auto [left, right, left_weight, right_weight] = across[x];
      const float above = upper[left][row[x]] * left_weight + upper[right][row[x]] * right_weight;
      const float below = lower[left][row[x]] * left_weight + lower[right][row[x]] * right_weight;
      pixels[y * width + x] = half_to_even(above * down[y].first_weight + below * down[y].second_weight);
    }
  }
}

void gamma_8bit(float* pixels, int64_t count, double percent) {
  Table table;
  for (int level = 0; level < kLevels; ++level) {
    // In long double, because glibc gave `pow` of doubles a symbol version that older systems lack.
    const auto power = static_cast<double>(
        std::pow(static_cast<long double>(level * (1.0 / 255)), static_cast<long double>(percent / 100)));
    table[level] = static_cast<float>(std::floor(power * 255));
  }
  for (int64_t i = 0; i < count; ++i) pixels[i] = table[static_cast<uint8_t>(pixels[i])];
}

void gamma_float(float* pixels, int64_t count, double percent) {
  const float exponent = static_cast<float>(percent) / 100;
  // Sharpening can give values below 0, whose power would be NaN.
  for (int64_t i = 0; i < count; ++i) pixels[i] = std::pow(std::max(pixels[i], 0.0F), exponent);
}

}  // namespace deeplasia::image
