#pragma once

#include <exception>
#include <string>

#include "runtime/coded_error.h"

namespace deeplasia::runtime {

struct Failure {
  std::string code;
  std::string message;
};

// Any exception as code and one clear line: no C++ stack, no TorchScript traceback, only what went wrong.
Failure describe(const std::exception_ptr& error) noexcept;
// The first line of its message: c10d's other lines name places in its sources.
std::string first_line(const std::exception_ptr& error);

}  // namespace deeplasia::runtime
