#pragma once

#include <string>

#include "runtime/failure.h"

namespace deeplasia::test {

/// Returns "CODE: message" of the exception that `body` throws, as a user sees it; "none" if it throws
/// nothing.
template <class Body>
std::string failure(Body body) {
  try {
    body();
  } catch (...) {
    const runtime::Failure failure = runtime::describe(std::current_exception());
    return failure.code + ": " + failure.message;
  }
  return "none";
}

}  // namespace deeplasia::test
