#pragma once

#include <cstdint>

#include "distributed/c10d.h"

// What deeplasia_nccl.so gives the core, which opens it by name (distributed/nccl.h): it needs libtorch_cuda,
// which a libtorch for the CPU does not have. Both are always of one build.
namespace deeplasia::nccl {

struct Place {
  const char* host;  // rank 0's, where the store is
  int port, rank, size;
  int device;  // CUDA's number of this rank's GPU
};

// Where a GPU sits on its machine, the same whatever CUDA_VISIBLE_DEVICES hides: `0000:17:00.0`. Throws
// c10::Error where there is no such GPU.
using GpuAddress = void(int device, char* address, int length);
constexpr const char* kGpuAddress = "deeplasia_nccl_gpu_address";

// Meets the other ranks: returns once all are connected with each other, however long that takes. The
// caller's to delete.
using Open = distributed::Collectives*(const Place&);
constexpr const char* kOpen = "deeplasia_nccl_open";

}  // namespace deeplasia::nccl
