#pragma once

#include <cstdint>
#include <vector>

#include "phantom/maturity.h"

namespace deeplasia::phantom {

/// Limits of a picture's longer side, pixels.
constexpr int64_t kMinSize = 64, kMaxSize = 8192;

enum class Depth { eight_bit, sixteen_bit, mixed };

/// A request for one picture. The picture is a function of these values alone, whatever the thread, the order
/// and the number of pictures.
struct Request {
  uint64_t seed;
  uint64_t index;  // of the picture
  SubjectRange subjects;
  std::vector<int64_t> sizes;  // possible lengths of the longer side, pixels; not empty
  Depth depth;
  bool hard = false;  // a whole plate, hard to find the hand on, with the exact mask
};

/// A synthetic radiograph of a left hand, fingers up and thumb on the right; a hard one shows either hand at
/// any angle.
struct Phantom {
  int64_t width, height;
  int depth;                   // 8 or 16 bits
  std::vector<uint8_t> image;  // row-major grey; 16-bit samples in the machine's byte order
  std::vector<uint8_t> mask;   // one byte per pixel: 255 hand, 0 background
  Subject subject;
  Maturity maturity;
  double pixel_mm;
  double turn;          // of the hand, radians clockwise from upright
  bool is_inverted;     // bone is dark
  bool has_other_hand;  // a second hand reaches into the picture
};

Phantom draw(const Request& request);

}  // namespace deeplasia::phantom
