#include "inference/peak_memory.h"

#include <torch/csrc/profiler/orchestration/observer.h>

#include <algorithm>

namespace deeplasia::inference {

using torch::profiler::impl::ActiveProfilerType;
using torch::profiler::impl::ProfilerConfig;
using torch::profiler::impl::ProfilerState;
using torch::profiler::impl::ProfilerStateBase;

// Allocators report to the current profiler. Other code treats this object as a profiler, so it is one, with
// everything except memory switched off.
class PeakMemory::Counter : public ProfilerStateBase {
 public:
  explicit Counter(c10::Device device)
      : ProfilerStateBase(ProfilerConfig(ProfilerState::Disabled, /*report_input_shapes=*/false,
                                         /*profile_memory=*/true)),
        device_(device) {}

  void reportMemoryUsage(void*, int64_t bytes, size_t, size_t, c10::Device device) override {
    if (device.type() != device_.type()) return;
    now_ += bytes;
    peak_ = std::max(peak_, now_);
  }

  ActiveProfilerType profilerType() override { return ActiveProfilerType::NONE; }

  int64_t peak() const { return peak_; }

 private:
  c10::Device device_;
  int64_t now_ = 0, peak_ = 0;  // of one thread
};

PeakMemory::PeakMemory(c10::Device device)
    : counter_(std::make_shared<Counter>(device)), guard_(c10::DebugInfoKind::PROFILER_STATE, counter_) {}

int64_t PeakMemory::bytes() const { return counter_->peak(); }

}  // namespace deeplasia::inference
