#pragma once

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// Returns the CRC-32 that zip files use.
uint32_t crc32(const Bytes& bytes);

}  // namespace deeplasia::bytes
