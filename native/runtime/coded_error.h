#pragma once

#include <stdexcept>
#include <string>

namespace deeplasia::runtime {

// An error with a stable code (the table is in src/errors.ts) and a message for a person.
class CodedError : public std::runtime_error {
 public:
  CodedError(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

}  // namespace deeplasia::runtime
