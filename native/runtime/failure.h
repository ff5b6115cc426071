#pragma once

#include <exception>
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

struct Failure {
  std::string code;
  std::string message;
};

// Any exception as code and one clear line: no C++ stack, no TorchScript traceback, only what went wrong.
Failure describe(const std::exception_ptr& error) noexcept;
// The first line of its message: c10d's others say where in its sources.
std::string first_line(const std::exception_ptr& error);

}  // namespace deeplasia::runtime
