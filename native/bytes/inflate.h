#pragma once

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// Inflates a raw deflate stream (RFC 1951) of exactly `size` bytes; throws ERR_DEEPLASIA_CHECKPOINT for any
/// other. `what` names the stream in messages.
Bytes inflate(const Bytes& deflated, size_t size, const std::string& what);

}  // namespace deeplasia::bytes
