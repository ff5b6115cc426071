#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace deeplasia::png {

/// The parts of a PNG of a plain kind: not interlaced, without alpha, grey (1 to 16 bits), RGB (8 bits) or
/// with a palette (1 to 8 bits). The data is borrowed from the file.
struct PlainPng {
  int64_t width, height;
  int bit_depth;                                   // of a sample, or of an index into the palette
  int samples_per_pixel;                           // in the file: 3 for RGB, else 1
  std::vector<std::array<uint8_t, 3>> palette;     // empty unless pixels are indices
  std::vector<std::span<const uint8_t>> deflated;  // one zlib stream, in pieces

  size_t row_bytes() const {
    return (static_cast<size_t>(width) * static_cast<size_t>(samples_per_pixel * bit_depth) + 7) / 8;
  }
};

/// Returns the parts of a PNG; nothing for any other file, or a PNG of another kind or with any fault,
/// however harmless: checksums, lengths and the order of chunks are all verified.
std::optional<PlainPng> read_plain_png(std::span<const uint8_t> file);

}  // namespace deeplasia::png
