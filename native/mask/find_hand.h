#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/mask.h"

// From the probabilities of a mask network to the mask of one hand, as the reference's service does it. Plain
// C++, no libtorch.
namespace deeplasia::mask {

// A pixel is foreground above the first; a region is taken for the hand where one pixel is above the second.
struct Thresholds {
  double foreground, seed;
};

struct HandMask {
  std::vector<uint8_t> pixels;  // row-major: 255 on the hand, else 0
  image::Box box;               // of the hand
  int64_t area;                 // pixels of the hand, at least 1
  double confidence;            // mean probability over them
};

// The hand in a width x height picture. `probability`: [side, side], row-major, for the picture centred in a
// square of its longer side (image::Fit::pad). The hand is chosen in the square, as in the reference. Nothing
// where no pixel is foreground, or where no pixel of the choice lies in the picture.
std::optional<HandMask> find_hand(const float* probability, int64_t side, int64_t width, int64_t height,
                                  const Thresholds& thresholds);

// Which pixels of a map, [height, width], are the hand (255, else 0): of the regions of foreground
// (8-connected), each with its holes, the first one with a seed, largest first by the area that their
// outlines enclose; where none has a seed, the largest. Empty where no pixel is foreground.
std::vector<uint8_t> choose_hand(const std::vector<float>& probability, int64_t width, int64_t height,
                                 const Thresholds& thresholds);

}  // namespace deeplasia::mask
