#pragma once

#include <cmath>
#include <cstdint>

namespace deeplasia::training {

// The power of two by which the loss is multiplied in half precision, so that the smallest gradients are not
// lost: torch's GradScaler with its defaults. It halves when gradients overflow, and doubles after 2000
// successive updates without overflow.
struct LossScale {
  int exponent = 16;
  int64_t good_updates = 0;  // since the last change

  double factor() const { return std::ldexp(1.0, exponent); }

  void update(bool overflowed) {
    constexpr int64_t kInterval = 2000;
    constexpr int kLargest = 127;  // of a float
    good_updates = overflowed ? 0 : good_updates + 1;
    if (overflowed) --exponent;
    if (good_updates < kInterval) return;
    good_updates = 0;
    if (exponent < kLargest) ++exponent;
  }
};

}  // namespace deeplasia::training
