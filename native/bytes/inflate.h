#pragma once

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// Inflates a raw deflate stream (RFC 1951) to exactly `size` bytes. Throws ERR_DEEPLASIA_CHECKPOINT if it is
/// damaged or of another size. `what` names the stream in messages.
Bytes inflate(const Bytes& deflated, size_t size, const std::string& what);

}  // namespace deeplasia::bytes
