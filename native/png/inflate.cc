#include "png/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace deeplasia::png {
namespace {

class Stream {
 public:
  explicit Stream(std::span<uint8_t> target) : unwritten_(target.size()) {
    stream_.next_out = target.data();
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Inflates a piece. Returns Z_OK, Z_STREAM_END, or an error.
  int feed(std::span<const uint8_t> piece) {
    stream_.next_in = piece.data();
    stream_.avail_in = static_cast<uInt>(piece.size());  // a chunk's length has 32 bits
    int status = Z_OK;
    while (stream_.avail_in > 0 && status == Z_OK) {
      if (stream_.avail_out == 0) {  // zlib counts in 32 bits
        stream_.avail_out = static_cast<uInt>(std::min<size_t>(unwritten_, std::numeric_limits<uInt>::max()));
        unwritten_ -= stream_.avail_out;
      }
      status = ::inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
    }
    return status;
  }

  bool is_full() const { return unwritten_ == 0 && stream_.avail_out == 0; }
  bool has_rest() const { return stream_.avail_in > 0; }

 private:
  z_stream stream_{};
  size_t unwritten_;
};

}  // namespace

bool inflate(const std::vector<std::span<const uint8_t>>& pieces, std::span<uint8_t> target) {
  Stream stream(target);
  int status = Z_OK;
  for (const auto& piece : pieces) {
    if (piece.empty()) continue;
    if (status == Z_STREAM_END) return false;  // something follows the end
    status = stream.feed(piece);
    if (stream.has_rest() || (status != Z_OK && status != Z_STREAM_END)) return false;
  }
  return status == Z_STREAM_END && stream.is_full();
}

}  // namespace deeplasia::png
