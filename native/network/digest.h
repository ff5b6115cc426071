#pragma once

#include <string>

#include "network/state.h"

namespace deeplasia::network {

// A number for weights: CRC-32 of the lines `name dtype [shape] crc`, sorted, one a tensor, where `crc` is
// that of its values in row-major order; all in hexadecimal. It tells damage and mix-ups, not forgery.
std::string digest(const State& state);

// Puts the digest where a manifest has this place for it: no other field can hold a quotation mark as it is.
inline constexpr const char* kDigestPlace = "\"weightsDigest\": \"@\"";
std::string with_digest(std::string text, const State& state);

}  // namespace deeplasia::network
