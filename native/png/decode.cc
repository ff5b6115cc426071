#include "png/decode.h"

#include <algorithm>
#include <cstring>

#include "png/inflate.h"
#include "png/plain_png.h"
#include "png/samples.h"
#include "png/unfilter.h"

namespace deeplasia::png {
namespace {

/// Deflate makes at most 1032 bytes of one.
constexpr size_t kMostInflation = 1032;

std::unique_ptr<uint8_t[]> uninitialised(size_t size) {
  return std::unique_ptr<uint8_t[]>(new uint8_t[size]);
}

/// The inflated data: rows, each behind the byte of its filter, with kSlack bytes on both sides.
class Filtered {
 public:
  explicit Filtered(size_t size) : size_(size), bytes_(uninitialised(size + 2 * kSlack)) {
    std::memset(bytes_.get(), 0, kSlack);
    std::memset(bytes_.get() + kSlack + size, 0, kSlack);
  }
  std::span<uint8_t> data() { return {bytes_.get() + kSlack, size_}; }

 private:
  size_t size_;
  std::unique_ptr<uint8_t[]> bytes_;
};

size_t deflated_size(const PlainPng& png) {
  size_t size = 0;
  for (const auto& piece : png.deflated) size += piece.size();
  return size;
}

bool are_filters_known(std::span<const uint8_t> filtered, size_t row_bytes) {
  for (size_t at = 0; at < filtered.size(); at += row_bytes + 1)
    if (filtered[at] >= kFilters) return false;
  return true;
}

/// Unfilters all rows, a group after the other, and turns them into samples. Returns whether all indices are
/// in the palette.
bool unfilter_all(std::span<const uint8_t> filtered, const PlainPng& png, uint8_t* out) {
  const size_t row_bytes = png.row_bytes(), stride = row_bytes + 2 * kSlack;
  // The last row of the group before, then the rows of the group.
  std::vector<uint8_t> rows((kGroupRows + 1) * stride);
  uint8_t* const above = rows.data() + kSlack;
  uint8_t* const first = above + stride;
  SampleWriter writer(png, out);
  const size_t pixel_bytes =
      std::max<size_t>(1, static_cast<size_t>(png.samples_per_pixel * png.bit_depth) / 8);
  for (int64_t y = 0; y < png.height; y += kGroupRows) {
    const int count = static_cast<int>(std::min<int64_t>(kGroupRows, png.height - y));
    const uint8_t* from = filtered.data() + static_cast<size_t>(y) * (row_bytes + 1);
    unfilter({from, count, row_bytes, pixel_bytes, above, first, stride});
    for (int k = 0; k < count; ++k) writer.write(first + static_cast<size_t>(k) * stride);
    std::memcpy(above, first + (kGroupRows - 1) * stride, row_bytes);
  }
  return writer.is_in_palette();
}

}  // namespace

std::optional<Picture> decode(std::span<const uint8_t> file, int64_t max_pixels) {
  const std::optional<PlainPng> png = read_plain_png(file);
  if (!png || png->width * png->height > max_pixels) return std::nullopt;
  const size_t row_bytes = png->row_bytes(), size = static_cast<size_t>(png->height) * (row_bytes + 1);
  // No memory for what the file cannot hold.
  if (size / kMostInflation > deflated_size(*png)) return std::nullopt;
  Filtered filtered(size);
  if (!inflate(png->deflated, filtered.data()) || !are_filters_known(filtered.data(), row_bytes))
    return std::nullopt;
  Picture picture{nullptr, 0, png->width, png->height, 0, 0};
  picture.channels = png->palette.empty() ? png->samples_per_pixel : 3;
  picture.depth = png->bit_depth == 16 ? 16 : 8;
  picture.size = static_cast<size_t>(png->width * png->height * picture.channels * picture.depth / 8);
  picture.data = uninitialised(picture.size);
  if (!unfilter_all(filtered.data(), *png, picture.data.get())) return std::nullopt;
  return picture;
}

}  // namespace deeplasia::png
