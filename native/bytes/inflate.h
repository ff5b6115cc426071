#pragma once

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// Inflates a raw deflate stream (RFC 1951) of exactly `size` bytes; throws ERR_DEEPLASIA_CHECKPOINT for any
/// other. `what` names the stream in messages.
Bytes inflate(const Bytes& deflated, size_t size, const std::string& what);

/// CRC-32 as zip files have it.
uint32_t crc32(const Bytes& bytes);

}  // namespace deeplasia::bytes
