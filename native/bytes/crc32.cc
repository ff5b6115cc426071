#include "bytes/crc32.h"

#include <zlib.h>

namespace deeplasia::bytes {

uint32_t crc32(const Bytes& bytes) {
  return static_cast<uint32_t>(::crc32_z(0, bytes.data.get(), bytes.size));
}

}  // namespace deeplasia::bytes
