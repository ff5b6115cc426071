#include "bytes/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace deeplasia::bytes {
namespace {

/// zlib's state for one raw stream.
class Inflater {
 public:
  Inflater() {
    constexpr int kRaw = -MAX_WBITS;  // neither zlib's header nor gzip's
    if (inflateInit2(&stream_, kRaw) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Writes the stream to `target`. Returns whether it is sound and inflates to exactly `size` bytes.
  bool run(const Bytes& source, uint8_t* target, size_t size) {
    size_t unread = source.size, unwritten = size;
    stream_.next_in = source.data.get();
    stream_.next_out = target;
    for (;;) {
      // zlib counts in 32 bits; files may be larger.
      if (stream_.avail_in == 0) stream_.avail_in = take_from(unread);
      if (stream_.avail_out == 0) stream_.avail_out = take_from(unwritten);
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) return unwritten == 0 && stream_.avail_out == 0;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status != Z_OK) return false;  // without progress: Z_BUF_ERROR
    }
  }

 private:
  static uInt take_from(size_t& rest) {
    const auto count = static_cast<uInt>(std::min<size_t>(rest, std::numeric_limits<uInt>::max()));
    rest -= count;
    return count;
  }

  z_stream stream_{};
};

}  // namespace

Bytes inflate(const Bytes& deflated, size_t size, const std::string& what) {
  uint8_t* target = nullptr;
  Bytes bytes = allocate(size, target);
  if (!Inflater().run(deflated, target, size))
    refuse(what + " is damaged: its compressed data cannot be read");
  return bytes;
}

}  // namespace deeplasia::bytes
