#pragma once

#include <string>

#include "network/state.h"

namespace deeplasia::network {

// Returns the digest of weights: the CRC-32 of the sorted lines `name dtype [shape] crc`, one per tensor,
// where `crc` is that of its values in row-major order; all in hexadecimal. It detects damage and mix-ups,
// not forgery.
std::string digest(const State& state);

// Placeholder in a manifest that with_digest() replaces by the digest. No other field can contain it, because
// quotation marks are escaped there.
inline constexpr const char* kDigestPlace = "\"weightsDigest\": \"@\"";
std::string with_digest(std::string text, const State& state);

}  // namespace deeplasia::network
