#pragma once

#include <string>

#include "runtime/failure.h"

namespace deeplasia::test {

/// "CODE: message" of what `body` throws, as a user would get it; "none" where it returns.
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
