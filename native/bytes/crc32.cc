#include <array>

#include "bytes/inflate.h"

namespace deeplasia::bytes {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

/// tables[k][b]: what byte b contributes when k more bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xEDB88320U : 0);
    tables[0][byte] = sum;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

uint32_t crc32(const Bytes& bytes) {
  uint32_t sum = ~0U;
  const uint8_t* next = bytes.data.get();
  const uint8_t* const end = next + bytes.size;
  for (; end - next >= 8; next += 8) {  // eight bytes at a time: a checkpoint has millions
    uint64_t block = 0;
    std::memcpy(&block, next, sizeof block);
    block ^= sum;
    sum = 0;
    for (size_t k = 0; k < 8; ++k) sum ^= kTables[7 - k][(block >> (8 * k)) & 0xFF];
  }
  for (; next != end; ++next) sum = (sum >> 8) ^ kTables[0][(sum ^ *next) & 0xFF];
  return ~sum;
}

}  // namespace deeplasia::bytes
