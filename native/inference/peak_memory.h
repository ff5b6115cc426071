#pragma once

#include <c10/core/Device.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <memory>

namespace deeplasia::inference {

// Counts libtorch's allocations on a device from now on, on this thread, as its profiler does: tensors and
// the workspaces of convolutions. This is slow, because each allocation is entered in a table.
class PeakMemory {
 public:
  explicit PeakMemory(c10::Device device);

  // Returns the largest number of bytes that were allocated at once.
  int64_t bytes() const;

 private:
  class Counter;
  std::shared_ptr<Counter> counter_;
  c10::DebugInfoGuard guard_;
};

}  // namespace deeplasia::inference
