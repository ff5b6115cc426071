#define USE_DISTRIBUTED
#define USE_C10D_NCCL

#include "distributed/nccl_library.h"

#include <ATen/ops/zeros.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <utility>

#include "distributed/backend.h"

namespace deeplasia::nccl {
namespace {

using distributed::Collectives;
using distributed::Milliseconds;
using distributed::Operation;

constexpr std::chrono::microseconds kPoll{50};
// The caller applies the time limits, because it knows which rank failed.
constexpr std::chrono::hours kNever{24 * 365};

// By default c10d ends the process if an operation takes long or another rank is gone.
void leave_ending_to_us() {
  setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 1);
  setenv("TORCH_NCCL_ENABLE_MONITORING", "0", 1);
}

class Work final : public Operation {
 public:
  explicit Work(c10::intrusive_ptr<c10d::Work> work) : work_(std::move(work)) {}

  // c10d's own `wait` aborts the whole communicator on a timeout.
  bool wait(Milliseconds time) override {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!work_->isCompleted()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(kPoll);
    }
    if (const auto failure = work_->exception()) std::rethrow_exception(failure);
    work_->synchronize();  // this thread's stream sees the results
    return true;
  }

 private:
  c10::intrusive_ptr<c10d::Work> work_;
};

class Nccl final : public distributed::BackendCollectives<Work> {
 public:
  using BackendCollectives::BackendCollectives;

  ~Nccl() override {
    try {
      backend_->shutdown();
    } catch (const std::exception&) {
      // The other ranks are already gone.
    }
  }
};

c10::intrusive_ptr<c10d::Store> store_at(const Place& place) {
  auto store = distributed::tcp_store(place.host, place.port, /*serves=*/false, c10d::Store::kDefaultTimeout);
  return c10::make_intrusive<c10d::PrefixStore>("nccl", std::move(store));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void deeplasia_nccl_gpu_address(int device, char* address,
                                                                       int length) {
  C10_CUDA_CHECK(cudaDeviceGetPCIBusId(address, length, device));
}

__attribute__((visibility("default"))) Collectives* deeplasia_nccl_open(const Place& place) {
  leave_ending_to_us();
  const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(place.device));
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = kNever;
  auto nccl = std::make_unique<Nccl>(c10::make_intrusive<c10d::ProcessGroupNCCL>(
      store_at(place), place.rank, place.size, std::move(options)));
  // The ranks connect in their first operation.
  const at::Tensor first = at::zeros({1}, at::TensorOptions().device(at::kCUDA, place.device));
  const auto connected = nccl->sum(first);
  while (!connected->wait(Milliseconds(1000))) continue;
  return nccl.release();
}

}  // extern "C"

}  // namespace deeplasia::nccl
