#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace deeplasia::png {

/// A decoded picture: row-major, interleaved samples, 16-bit ones in the machine's byte order.
struct Picture {
  std::unique_ptr<uint8_t[]> data;
  size_t size;  // bytes
  int64_t width, height;
  int channels;  // 1 or 3
  int depth;     // 8 or 16
};

/// Decodes a PNG of a plain kind (read_plain_png) of at most `max_pixels` pixels. Returns nothing for any
/// other file, and for one that has a fault: whoever reads all kinds of files decides about those. Throws
/// std::bad_alloc.
std::optional<Picture> decode(std::span<const uint8_t> file, int64_t max_pixels);

}  // namespace deeplasia::png
