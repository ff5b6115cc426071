#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "bytes/refuse.h"

namespace deeplasia::bytes {

static_assert(std::endian::native == std::endian::little, "checkpoints are read as they lie in the file");

/// A piece of a file or of its inflated data. It stays in memory as long as a copy of this exists.
struct Bytes {
  std::shared_ptr<const uint8_t> data;
  size_t size = 0;

  /// Throws unless [offset, offset + count) lies inside; `what` names the piece in the message.
  Bytes slice(uint64_t offset, uint64_t count, const std::string& what) const {
    if (offset > size || count > size - offset) refuse(what + " lies beyond the end of the file");
    return {std::shared_ptr<const uint8_t>(data, data.get() + offset), static_cast<size_t>(count)};
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(data.get()), size}; }
};

/// Reads bytes in order. Throws at their end.
class Cursor {
 public:
  /// `what` names the bytes in messages, as in "data.pkl".
  Cursor(Bytes bytes, std::string what) : bytes_(std::move(bytes)), what_(std::move(what)) {}

  /// Returns the next little-endian number.
  template <class T>
  T read() {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data.get(), sizeof(T));
    return value;
  }

  Bytes take(uint64_t count) {
    if (count > remaining()) refuse(what_ + " is incomplete: it ends too early");
    position_ += count;
    return bytes_.slice(position_ - count, count, what_);
  }

  /// Returns the text up to the next line feed, and skips the line feed.
  std::string_view line() {
    const std::string_view rest = bytes_.view().substr(position_);
    const size_t length = rest.find('\n');
    if (length == std::string_view::npos) refuse(what_ + " is incomplete: it ends in the middle of a line");
    position_ += length + 1;
    return rest.substr(0, length);
  }

  size_t remaining() const { return bytes_.size - position_; }
  size_t size() const { return bytes_.size; }
  const std::string& what() const { return what_; }

 private:
  Bytes bytes_;
  std::string what_;
  size_t position_ = 0;
};

/// Reads a whole regular file once, aligned to 64 bytes, as PyTorch aligns tensors within the file. It is not
/// mapped, because a process that shortens a mapped file kills its readers. Throws
/// ERR_DEEPLASIA_MODEL_MISSING if there is none, ERR_DEEPLASIA_CHECKPOINT for anything but a regular file.
Bytes read_file(const std::string& path);

/// Allocates `size` bytes, aligned to 64, and sets `writable` to their address.
Bytes allocate(size_t size, uint8_t*& writable);

}  // namespace deeplasia::bytes
