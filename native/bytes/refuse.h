#pragma once

#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace deeplasia::bytes {

/// Throws CodedError ERR_DEEPLASIA_CHECKPOINT, for a file that is damaged, hostile, or no checkpoint.
[[noreturn]] inline void refuse(const std::string& message) {
  throw runtime::CodedError("ERR_DEEPLASIA_CHECKPOINT", message);
}

/// Returns text of the file for a message: printable ASCII, shortened.
inline std::string printable(std::string_view text) {
  constexpr size_t kLongest = 120;
  std::string shown(text.substr(0, kLongest));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > kLongest ? shown + "..." : shown;
}

}  // namespace deeplasia::bytes
