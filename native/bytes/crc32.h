#pragma once

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// CRC-32 as zip files have it.
uint32_t crc32(const Bytes& bytes);

}  // namespace deeplasia::bytes
