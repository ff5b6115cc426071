// Runs the decoder of plain PNGs on libFuzzer's input: `npm run fuzz -- --target png`.
//
// libFuzzer would have to guess checksums and deflate, so an input is decoded three times: as it is, with its
// chunks' checksums made right, and as the filtered rows of a picture whose size and kind its first bytes
// choose.
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <vector>

#include "png/decode.h"

namespace {

using Bytes = std::vector<uint8_t>;
constexpr int64_t kMaxPixels = 1 << 16;
constexpr size_t kSignature = 8;

void put(Bytes& to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<uint8_t>(value >> shift));
}

uint32_t checksum(const uint8_t* data, size_t size) { return static_cast<uint32_t>(crc32_z(0, data, size)); }

void put_chunk(Bytes& to, const char* type, const Bytes& content) {
  put(to, static_cast<uint32_t>(content.size()));
  const size_t start = to.size();
  to.insert(to.end(), type, type + 4);
  to.insert(to.end(), content.begin(), content.end());
  put(to, checksum(to.data() + start, to.size() - start));
}

/// Makes the checksums of all chunks right.
void repair(Bytes& file) {
  for (size_t at = kSignature; at + 12 <= file.size();) {
    const size_t length =
        size_t{file[at]} << 24 | size_t{file[at + 1]} << 16 | size_t{file[at + 2]} << 8 | file[at + 3];
    if (length > file.size() - at - 12) return;
    Bytes sum;
    put(sum, checksum(&file[at + 4], length + 4));
    std::copy(sum.begin(), sum.end(), file.begin() + static_cast<ptrdiff_t>(at + 8 + length));
    at += 12 + length;
  }
}

/// Makes a PNG of rows that begin behind four bytes, which choose kind and width.
Bytes png_of(std::span<const uint8_t> input) {
  constexpr uint8_t kKinds[][2] = {{1, 0}, {2, 0}, {4, 0}, {8, 0}, {16, 0},
                                   {8, 2}, {1, 3}, {2, 3}, {4, 3}, {8, 3}};
  const auto [depth, colour] = kKinds[input[0] % std::size(kKinds)];
  const uint32_t width = 1 + (input[1] | (input[2] & 3) << 8);
  const size_t row_bytes = (size_t{width} * depth * (colour == 2 ? 3 : 1) + 7) / 8;
  const auto height = std::max<size_t>(1, (input.size() - 4) / (row_bytes + 1));
  Bytes rows(input.begin() + 4, input.end());
  rows.resize(height * (row_bytes + 1));
  if (input[3] % 4 != 0) {  // known filters only
    for (size_t at = 0; at < rows.size(); at += row_bytes + 1) rows[at] %= 5;
  }
  Bytes head, file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  put(head, width);
  put(head, static_cast<uint32_t>(height));
  head.insert(head.end(), {depth, colour, 0, 0, 0});
  put_chunk(file, "IHDR", head);
  if (colour == 3) put_chunk(file, "PLTE", Bytes(3 * (size_t{1} << depth), 7));
  uLongf size = compressBound(rows.size());
  Bytes deflated(size);
  if (compress2(deflated.data(), &size, rows.data(), rows.size(), 1) != Z_OK) abort();
  deflated.resize(size);
  put_chunk(file, "IDAT", deflated);
  put_chunk(file, "IEND", {});
  return file;
}

/// Decodes, and reads every sample.
bool decode(const Bytes& file) {
  const auto picture = deeplasia::png::decode(file, kMaxPixels);
  if (!picture) return false;
  uint64_t sum = 0;
  for (size_t i = 0; i < picture->size; ++i) sum += picture->data[i];
  const int64_t samples = picture->width * picture->height * picture->channels;
  if (picture->size != static_cast<size_t>(samples * picture->depth / 8) || sum > 255 * picture->size)
    abort();
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes file(data, data + size);
  decode(file);
  repair(file);
  decode(file);
  if (size > 4) {
    const bool is_decoded = decode(png_of({data, size}));
    if (!is_decoded && data[3] % 4 != 0) abort();  // nothing is wrong with it
  }
  return 0;
}
