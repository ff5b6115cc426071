#pragma once

#include <cstdint>
#include <vector>

#include "image/mask.h"

namespace deeplasia::mask {

// A connected set of foreground pixels, diagonals included.
struct Region {
  int32_t label;  // of its pixels
  image::Box box;
  int64_t first_x, first_y;  // its first pixel in reading order
  int64_t twice_area;        // 2 x the area inside the line through the centres of its outer pixels
};

// All regions, in the order of their first pixels.
struct Regions {
  int64_t width, height;
  std::vector<int32_t> labels;  // [height, width]; 0: background
  std::vector<Region> all;
};

// `foreground`: [height, width], not 0 where it is.
Regions find_regions(const std::vector<uint8_t>& foreground, int64_t width, int64_t height);

// The region without holes: 255 at the region and at what it encloses, else 0.
std::vector<uint8_t> filled(const Regions& regions, const Region& region);

}  // namespace deeplasia::mask
