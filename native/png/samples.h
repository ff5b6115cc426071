#pragma once

#include <array>
#include <cstdint>

#include "png/plain_png.h"

namespace deeplasia::png {

/// Turns unfiltered rows of a PNG into samples of 8 or 16 bits, row after row.
class SampleWriter {
 public:
  /// `png` must outlive this; `out` has room for all samples.
  SampleWriter(const PlainPng& png, uint8_t* out);

  /// Writes the samples of the next row.
  void write(const uint8_t* row);

  /// Returns whether all indices so far are in the palette; true without a palette.
  bool is_in_palette() const { return png_.palette.empty() || highest_ < png_.palette.size(); }

 private:
  void write_narrow(const uint8_t* row);
  void write_indexed(const uint8_t* indices);

  const PlainPng& png_;
  uint8_t* out_;
  std::array<std::array<uint8_t, 3>, 256> colours_{};
  std::vector<uint8_t> indices_;
  size_t highest_ = 0;
};

}  // namespace deeplasia::png
