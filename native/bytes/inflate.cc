#include "bytes/inflate.h"

#include <array>
#include <span>
#include <vector>

namespace deeplasia::bytes {
namespace {

constexpr int kLongestCode = 15;
constexpr size_t kLiterals = 286, kDistances = 30, kEndOfBlock = 256;

/// A prefix code: `table[next 15 bits]` is the symbol << 4 | length of its code, 0 where no code begins so.
class Code {
 public:
  explicit Code(std::span<const uint8_t> lengths) : table_(size_t{1} << kLongestCode) {
    std::array<uint32_t, kLongestCode + 1> count{}, next{};
    for (const uint8_t length : lengths) ++count[length];
    count[0] = 0;
    for (int length = 1; length <= kLongestCode; ++length) {
      next[length] = (next[length - 1] + count[length - 1]) << 1;
      if (next[length] + count[length] > 1U << length) is_valid_ = false;
    }
    for (size_t symbol = 0; is_valid_ && symbol < lengths.size(); ++symbol) {
      const int length = lengths[symbol];
      if (length > 0) enter(next[length]++, length, static_cast<uint16_t>(symbol));
    }
  }
  bool is_valid() const { return is_valid_; }
  uint16_t operator[](uint32_t bits) const { return table_[bits]; }

 private:
  /// Codes come with their first bit lowest; every continuation of one leads to it.
  void enter(uint32_t code, int length, uint16_t symbol) {
    uint32_t reversed = 0;
    for (int bit = 0; bit < length; ++bit) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    for (size_t i = reversed; i < table_.size(); i += size_t{1} << length) {
      table_[i] = static_cast<uint16_t>(symbol << 4 | length);
    }
  }

  std::vector<uint16_t> table_;
  bool is_valid_ = true;
};

class Inflater {
 public:
  Inflater(const Bytes& source, uint8_t* target, size_t size, const std::string& what)
      : source_(source), target_(target), size_(size), what_(what) {}

  void run() {
    for (bool is_last = false; !is_last;) {
      is_last = bits(1) == 1;
      switch (bits(2)) {
        case 0:
          stored();
          break;
        case 1:
          fixed();
          break;
        case 2:
          dynamic();
          break;
        default:
          fail();
      }
    }
    if (done_ != size_) fail();
  }

 private:
  [[noreturn]] void fail() const { refuse(what_ + " is damaged: its compressed data cannot be read"); }

  /// Fills up to at least `count` bits; beyond the end come zeros, which `drop` then refuses to use.
  uint32_t peek(int count) {
    while (held_ < count) {
      const uint64_t byte = position_ < source_.size ? source_.data.get()[position_] : 0;
      ++position_;
      buffer_ |= byte << held_;
      held_ += 8;
    }
    return static_cast<uint32_t>(buffer_ & ((uint64_t{1} << count) - 1));
  }

  void drop(int count) {
    buffer_ >>= count;
    held_ -= count;
    const size_t unused = held_ / 8;
    if (position_ > source_.size + unused) fail();
  }

  uint32_t bits(int count) {
    const uint32_t value = peek(count);
    drop(count);
    return value;
  }

  size_t symbol(const Code& code) {
    const uint16_t entry = code[peek(kLongestCode)];
    if (entry == 0) fail();
    drop(entry & 15);
    return entry >> 4;
  }

  void stored() {
    drop(held_ % 8);
    const uint32_t length = bits(16), inverse = bits(16);
    if ((length ^ inverse) != 0xFFFF || length > size_ - done_) fail();
    for (uint32_t i = 0; i < length; ++i) target_[done_++] = static_cast<uint8_t>(bits(8));
  }

  void fixed() {
    std::array<uint8_t, 288> lengths{};
    for (size_t i = 0; i < lengths.size(); ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    std::array<uint8_t, kDistances> distances{};
    distances.fill(5);
    block(Code(lengths), Code(distances));
  }

  void dynamic() {
    static constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const size_t literals = bits(5) + 257, distances = bits(5) + 1, coded = bits(4) + 4;
    if (literals > kLiterals || distances > kDistances) fail();
    std::array<uint8_t, 19> code_lengths{};
    for (size_t i = 0; i < coded; ++i) code_lengths[kOrder[i]] = static_cast<uint8_t>(bits(3));
    const Code code(code_lengths);
    if (!code.is_valid()) fail();
    std::array<uint8_t, kLiterals + kDistances> lengths{};
    for (size_t i = 0; i < literals + distances;) {
      const size_t what = symbol(code);
      if (what > 15 && i == 0 && what == 16) fail();
      const uint8_t value = what < 16 ? static_cast<uint8_t>(what) : what == 16 ? lengths[i - 1] : 0;
      const size_t repeat = what < 16    ? 1
                            : what == 16 ? 3 + bits(2)
                            : what == 17 ? 3 + bits(3)
                                         : 11 + bits(7);
      if (repeat > literals + distances - i) fail();
      for (size_t k = 0; k < repeat; ++k) lengths[i++] = value;
    }
    const std::span<const uint8_t> all(lengths);
    block(Code(all.subspan(0, literals)), Code(all.subspan(literals, distances)));
  }

  void block(const Code& literals, const Code& distances) {
    static constexpr uint16_t kLength[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                           31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    if (!literals.is_valid() || !distances.is_valid()) fail();
    for (size_t what = symbol(literals); what != kEndOfBlock; what = symbol(literals)) {
      if (what < kEndOfBlock) {
        if (done_ == size_) fail();
        target_[done_++] = static_cast<uint8_t>(what);
        continue;
      }
      const size_t row = what - 257;
      if (row >= std::size(kLength)) fail();
      const size_t length = kLength[row] + (row < 8 || row == 28 ? 0 : bits(static_cast<int>(row / 4) - 1));
      const size_t far = symbol(distances);
      if (far >= kDistances) fail();
      const int extra = far < 4 ? 0 : static_cast<int>(far / 2) - 1;
      const size_t distance = far < 4 ? far + 1 : ((2 + far % 2) << extra) + 1 + bits(extra);
      if (distance > done_ || length > size_ - done_) fail();
      for (size_t i = 0; i < length; ++i, ++done_) target_[done_] = target_[done_ - distance];
    }
  }

  const Bytes& source_;
  uint8_t* target_;
  size_t size_;
  const std::string& what_;
  size_t position_ = 0, done_ = 0;
  uint64_t buffer_ = 0;
  int held_ = 0;
};

}  // namespace

Bytes inflate(const Bytes& deflated, size_t size, const std::string& what) {
  uint8_t* target = nullptr;
  Bytes bytes = allocate(size, target);
  Inflater(deflated, target, size, what).run();
  return bytes;
}

}  // namespace deeplasia::bytes
