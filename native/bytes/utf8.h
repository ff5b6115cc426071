#pragma once

#include <string>
#include <string_view>

namespace deeplasia::bytes {

/// Returns whether the text is UTF-8 (RFC 3629: no surrogates, nothing longer than needed, nothing above
/// U+10FFFF).
bool is_utf8(std::string_view text);

/// Appends a character; one that is no Unicode scalar value becomes U+FFFD.
void append_utf8(std::string& text, uint32_t character);

/// Returns a text of pickle protocol 0 (Latin-1 with \uXXXX and \UXXXXXXXX) as UTF-8.
std::string from_raw_unicode_escape(std::string_view line);

/// Returns the number that the first `count` characters are in hexadecimal, or -1.
int64_t hexadecimal(std::string_view text, size_t count);

}  // namespace deeplasia::bytes
