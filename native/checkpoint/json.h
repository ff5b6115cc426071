#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// Parses a JSON text (RFC 8259) into Dict, Sequence, text, numbers, bool and None, with the bounds of
/// Builder. Keys of an object are distinct. Throws ERR_DEEPLASIA_CHECKPOINT for anything else.
Value parse_json(std::string_view text);

/// Returns a text as a JSON string, with its quotes.
std::string json_text(std::string_view text);

}  // namespace deeplasia::checkpoint
