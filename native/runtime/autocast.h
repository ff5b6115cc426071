#pragma once

#include <ATen/autocast_mode.h>

#include "runtime/precision.h"

namespace deeplasia::runtime {

// Runs operators in a lower precision where they allow it, for the life of the object.
class AutocastGuard {
 public:
  AutocastGuard(c10::DeviceType device, Precision precision)
      : device_(device), active_(precision != Precision::float32) {
    if (!active_) return;
    at::autocast::set_autocast_dtype(device_, precision == Precision::float16 ? at::kHalf : at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::increment_nesting();
  }
  ~AutocastGuard() {
    if (!active_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  c10::DeviceType device_;
  bool active_;
};

}  // namespace deeplasia::runtime
