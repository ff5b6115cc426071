#include "bytes/utf8.h"

#include <cstdint>

namespace deeplasia::bytes {
namespace {

/// Returns the length of the first character, 0 if the text does not begin with one.
size_t character_length(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const uint8_t second = byte(1);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_no_character = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return is_overlong || is_no_character ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& text, uint32_t character) {
  if (character > 0x10FFFF || (character >= 0xD800 && character < 0xE000)) character = 0xFFFD;
  const auto put = [&text](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (character < 0x80) return put(character);
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else {
    if (character < 0x10000) {
      put(0xE0 | character >> 12);
    } else {
      put(0xF0 | character >> 18);
      put(0x80 | (character >> 12 & 0x3F));
    }
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
}

int64_t hexadecimal(std::string_view text, size_t count) {
  if (text.size() < count) return -1;
  int64_t value = 0;
  for (const char c : text.substr(0, count)) {
    const size_t digit =
        std::string_view("0123456789abcdef").find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
    if (digit == std::string_view::npos) return -1;
    value = value * 16 + static_cast<int64_t>(digit);
  }
  return value;
}

std::string from_raw_unicode_escape(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const size_t count = line.starts_with("\\u") ? 4 : line.starts_with("\\U") ? 8 : 0;
    const int64_t escaped = count == 0 ? -1 : hexadecimal(line.substr(2), count);
    append_utf8(text, escaped < 0 ? static_cast<uint8_t>(line[0]) : static_cast<uint32_t>(escaped));
    line.remove_prefix(escaped < 0 ? 1 : count + 2);
  }
  return text;
}

}  // namespace deeplasia::bytes
