#include "mask/regions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace deeplasia::mask {
namespace {

struct Pixel {
  int64_t x, y;
  bool operator==(const Pixel&) const = default;
};

// The eight neighbours, clockwise on the screen from the right one.
constexpr std::array<Pixel, 8> kAround{
    {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};

int32_t label_at(const Regions& regions, Pixel at) {
  if (at.x < 0 || at.y < 0 || at.x >= regions.width || at.y >= regions.height) return 0;
  return regions.labels[at.y * regions.width + at.x];
}

// Labels everything that is connected to `start`, and finds its box.
image::Box flood(Regions& regions, const std::vector<uint8_t>& foreground, Pixel start, int32_t label) {
  image::Box box{start.x, start.y, start.x + 1, start.y + 1};
  std::vector<Pixel> waiting{start};
  regions.labels[start.y * regions.width + start.x] = label;
  while (!waiting.empty()) {
    const Pixel at = waiting.back();
    waiting.pop_back();
    box = {std::min(box.left, at.x), std::min(box.top, at.y), std::max(box.right, at.x + 1),
           std::max(box.bottom, at.y + 1)};
    for (const Pixel& step : kAround) {
      const Pixel next{at.x + step.x, at.y + step.y};
      if (next.x < 0 || next.y < 0 || next.x >= regions.width || next.y >= regions.height) continue;
      const int64_t place = next.y * regions.width + next.x;
      if (foreground[place] == 0 || regions.labels[place] != 0) continue;
      regions.labels[place] = label;
      waiting.push_back(next);
    }
  }
  return box;
}

// Walks round the region along its outer pixels, clockwise, and adds up the area that the walk encloses.
int64_t twice_enclosed_area(const Regions& regions, const Region& region) {
  const Pixel start{region.first_x, region.first_y};
  const auto next_step = [&](Pixel at, int from) {
    for (int turn = 0; turn < 8; ++turn) {
      const int direction = (from + turn) % 8;
      const Pixel next{at.x + kAround[direction].x, at.y + kAround[direction].y};
      if (label_at(regions, next) == region.label) return direction;
    }
    return -1;
  };
  // Nothing of the region is above the first pixel, nor left of it in its row.
  const int first = next_step(start, 0);
  if (first < 0) return 0;
  int64_t twice_area = 0;
  Pixel at = start;
  int direction = first;
  do {
    const Pixel next{at.x + kAround[direction].x, at.y + kAround[direction].y};
    twice_area += at.x * next.y - next.x * at.y;
    at = next;
    // The neighbour before the one that this pixel was entered from was found empty, or is behind: from there
    // on.
    direction = next_step(at, (direction + 6) % 8);
  } while (!(at == start && direction == first));
  return std::abs(twice_area);
}

}  // namespace

Regions find_regions(const std::vector<uint8_t>& foreground, int64_t width, int64_t height) {
  Regions regions{width, height, std::vector<int32_t>(foreground.size()), {}};
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      const int64_t place = y * width + x;
      if (foreground[place] == 0 || regions.labels[place] != 0) continue;
      Region region{static_cast<int32_t>(regions.all.size() + 1), {}, x, y, 0};
      region.box = flood(regions, foreground, {x, y}, region.label);
      region.twice_area = twice_enclosed_area(regions, region);
      regions.all.push_back(region);
    }
  return regions;
}

// What lies in the box and cannot be reached from outside of it by steps to the four neighbours.
std::vector<uint8_t> filled(const Regions& regions, const Region& region) {
  const auto& box = region.box;
  const int64_t width = box.width() + 2, height = box.height() + 2;  // with a rim that is outside
  std::vector<uint8_t> outside(static_cast<size_t>(width * height));
  std::vector<Pixel> waiting{{0, 0}};
  outside[0] = 1;
  while (!waiting.empty()) {
    const Pixel at = waiting.back();
    waiting.pop_back();
    for (const int direction : {0, 2, 4, 6}) {
      const Pixel next{at.x + kAround[direction].x, at.y + kAround[direction].y};
      if (next.x < 0 || next.y < 0 || next.x >= width || next.y >= height) continue;
      if (outside[next.y * width + next.x] != 0) continue;
      if (label_at(regions, {next.x - 1 + box.left, next.y - 1 + box.top}) == region.label) continue;
      outside[next.y * width + next.x] = 1;
      waiting.push_back(next);
    }
  }
  std::vector<uint8_t> result(regions.labels.size());
  for (int64_t y = box.top; y < box.bottom; ++y)
    for (int64_t x = box.left; x < box.right; ++x)
      if (outside[(y - box.top + 1) * width + x - box.left + 1] == 0) result[y * regions.width + x] = 255;
  return result;
}

}  // namespace deeplasia::mask
