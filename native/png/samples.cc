#include "png/samples.h"

#include <algorithm>
#include <cstring>

namespace deeplasia::png {
namespace {

/// Unpacks values of 1, 2 or 4 bits, each times `factor`.
void unpack(const uint8_t* row, int64_t count, int bits, int factor, uint8_t* out) {
  const int mask = (1 << bits) - 1;
  for (int64_t x = 0; x < count; ++x) {
    const auto bit = static_cast<size_t>(x * bits);
    out[x] = static_cast<uint8_t>((row[bit / 8] >> (8 - bits - static_cast<int>(bit % 8)) & mask) * factor);
  }
}

/// For each byte of eight bits, their eight samples of 0 and 255 in the order of memory.
const std::array<std::array<uint8_t, 8>, 256>& bilevel() {
  static const auto table = [] {
    std::array<std::array<uint8_t, 8>, 256> samples{};
    for (size_t value = 0; value < samples.size(); ++value)
      for (size_t x = 0; x < 8; ++x) samples[value][x] = (value >> (7 - x) & 1) != 0 ? 255 : 0;
    return samples;
  }();
  return table;
}

}  // namespace

SampleWriter::SampleWriter(const PlainPng& png, uint8_t* out) : png_(png), out_(out) {
  std::copy(png.palette.begin(), png.palette.end(), colours_.begin());
  if (!png.palette.empty() && png.bit_depth < 8) indices_.resize(static_cast<size_t>(png.width));
}

void SampleWriter::write(const uint8_t* row) {
  const int64_t width = png_.width;
  if (!png_.palette.empty()) {
    if (png_.bit_depth < 8) unpack(row, width, png_.bit_depth, 1, indices_.data());
    write_indexed(png_.bit_depth < 8 ? indices_.data() : row);
    out_ += 3 * width;
  } else if (png_.bit_depth == 16) {
    for (int64_t x = 0; x < width; ++x, out_ += 2) {  // a PNG has the upper byte first
      const auto sample = static_cast<uint16_t>(row[2 * x] << 8 | row[2 * x + 1]);
      std::memcpy(out_, &sample, 2);
    }
  } else if (png_.bit_depth == 8) {
    std::memcpy(out_, row, png_.row_bytes());
    out_ += png_.row_bytes();
  } else {
    write_narrow(row);
    out_ += width;
  }
}

void SampleWriter::write_narrow(const uint8_t* row) {
  const int64_t width = png_.width;
  const int bits = png_.bit_depth;
  if (bits > 1) return unpack(row, width, bits, 255 / ((1 << bits) - 1), out_);
  const auto& table = bilevel();
  const int64_t whole = width / 8;
  for (int64_t i = 0; i < whole; ++i) std::memcpy(out_ + 8 * i, table[row[i]].data(), 8);
  if (width % 8 != 0) std::memcpy(out_ + 8 * whole, table[row[whole]].data(), static_cast<size_t>(width % 8));
}

void SampleWriter::write_indexed(const uint8_t* indices) {
  uint8_t highest = 0;
  for (int64_t x = 0; x < png_.width; ++x) {
    highest = std::max(highest, indices[x]);
    std::memcpy(out_ + 3 * x, colours_[indices[x]].data(), 3);
  }
  highest_ = std::max<size_t>(highest_, highest);
}

}  // namespace deeplasia::png
