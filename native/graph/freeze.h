#pragma once

#include <c10/core/Device.h>

#include "runtime/precision.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::graph {

// Moves weights and code to the device, and inlines every method that `forward` calls.
void settle(torch::jit::Module& module, c10::Device device);

// How a network runs: blocks in own kernels, and convolutions that are left to libtorch.
struct Frozen {
  int64_t blocks, convolutions;
};

// Folds batch norms, makes the weights constants, and in float32 on the CPU lays them out for oneDNN and puts
// own kernels in the place of the blocks that there are some for. A module that changes its own attributes
// cannot be frozen and stays as it is.
Frozen freeze(torch::jit::Module& module, c10::Device device, runtime::Precision precision);

}  // namespace deeplasia::graph
