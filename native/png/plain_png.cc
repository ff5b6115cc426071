#include "png/plain_png.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

namespace deeplasia::png {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr std::string_view kSignature{"\x89PNG\r\n\x1a\n", 8};

/// libpng's limit of a side.
constexpr uint32_t kLongestSide = 1'000'000;

uint32_t big_endian(Bytes bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}

struct Chunk {
  std::string_view type;
  Bytes content;
};

/// Takes the next chunk off `rest`; nothing if it is incomplete or its checksum is wrong.
std::optional<Chunk> next_chunk(Bytes& rest) {
  constexpr size_t kFrame = 12;  // length, type, checksum
  if (rest.size() < kFrame) return std::nullopt;
  const size_t length = big_endian(rest);
  if (length > rest.size() - kFrame) return std::nullopt;
  const Bytes checked = rest.subspan(4, 4 + length);
  if (::crc32_z(0, checked.data(), checked.size()) != big_endian(rest.subspan(8 + length)))
    return std::nullopt;
  rest = rest.subspan(kFrame + length);
  return Chunk{{reinterpret_cast<const char*>(checked.data()), 4}, checked.subspan(4)};
}

/// Returns whether a chunk may be skipped: it is of no use to a decoder, and changes neither pixels nor
/// orientation.
bool is_skipped(const Chunk& chunk) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_lower = [](char c) { return c >= 'a'; };
  if (!std::all_of(chunk.type.begin(), chunk.type.end(), is_letter)) return false;
  if (!is_lower(chunk.type[0]) || is_lower(chunk.type[2])) return false;
  for (const std::string_view used : {"tRNS", "eXIf", "acTL", "fcTL", "fdAT"})
    if (chunk.type == used) return false;
  // Old programs keep EXIF in a text.
  constexpr std::string_view kProfile = "Raw profile";
  const std::string_view content(reinterpret_cast<const char*>(chunk.content.data()), chunk.content.size());
  return !content.starts_with(kProfile);
}

bool is_plain(int bit_depth, int colour_type) {
  constexpr int kGrey = 0, kRgb = 2, kPalette = 3;
  if (bit_depth == 8) return colour_type == kGrey || colour_type == kRgb || colour_type == kPalette;
  if (bit_depth == 16) return colour_type == kGrey;
  return (bit_depth == 1 || bit_depth == 2 || bit_depth == 4) &&
         (colour_type == kGrey || colour_type == kPalette);
}

std::optional<PlainPng> read_header(const Chunk& chunk) {
  if (chunk.type != "IHDR" || chunk.content.size() != 13) return std::nullopt;
  const uint32_t width = big_endian(chunk.content), height = big_endian(chunk.content.subspan(4));
  if (width == 0 || height == 0 || width > kLongestSide || height > kLongestSide) return std::nullopt;
  const int bit_depth = chunk.content[8], colour_type = chunk.content[9];
  const auto methods = chunk.content.subspan(10);  // compression, filters, interlacing
  if (!is_plain(bit_depth, colour_type) || methods[0] != 0 || methods[1] != 0 || methods[2] != 0)
    return std::nullopt;
  PlainPng png{width, height, bit_depth, colour_type == 2 ? 3 : 1, {}, {}};
  if (colour_type == 3) png.palette.resize(1);  // a place for what PLTE brings
  return png;
}

/// Reads PLTE. Returns whether it is right.
bool read_palette(Bytes content, PlainPng& png) {
  const size_t count = content.size() / 3, most = size_t{1} << png.bit_depth;
  if (content.size() % 3 != 0 || count == 0 || count > most) return false;
  png.palette.resize(count);
  for (size_t i = 0; i < count; ++i) std::copy_n(content.data() + 3 * i, 3, png.palette[i].begin());
  return true;
}

}  // namespace

std::optional<PlainPng> read_plain_png(Bytes file) {
  if (file.size() < kSignature.size() ||
      !std::equal(kSignature.begin(), kSignature.end(), file.begin(),
                  [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }))
    return std::nullopt;
  Bytes rest = file.subspan(kSignature.size());
  std::optional<Chunk> chunk = next_chunk(rest);
  if (!chunk) return std::nullopt;
  std::optional<PlainPng> png = read_header(*chunk);
  if (!png) return std::nullopt;
  bool lacks_palette = !png->palette.empty(), data_ended = false;
  while ((chunk = next_chunk(rest))) {
    if (chunk->type == "IEND") {
      const bool is_whole = chunk->content.empty() && rest.empty() && !png->deflated.empty();
      return is_whole ? png : std::nullopt;
    }
    if (chunk->type == "IDAT") {
      if (data_ended || lacks_palette) return std::nullopt;
      png->deflated.push_back(chunk->content);
    } else if (chunk->type == "PLTE") {
      if (!lacks_palette || !read_palette(chunk->content, *png)) return std::nullopt;
      lacks_palette = false;
    } else {
      if (!is_skipped(*chunk)) return std::nullopt;
      data_ended = !png->deflated.empty();
    }
  }
  return std::nullopt;
}

}  // namespace deeplasia::png
