#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace deeplasia::png {

/// Inflates one zlib stream that lies in pieces. Returns whether it is sound, uses all pieces to the last
/// byte, and fills `target` exactly. Throws std::bad_alloc.
bool inflate(const std::vector<std::span<const uint8_t>>& pieces, std::span<uint8_t> target);

}  // namespace deeplasia::png
