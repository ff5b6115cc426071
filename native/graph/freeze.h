#pragma once

#include <c10/core/Device.h>

namespace torch::jit {
struct Module;
}

namespace deeplasia::graph {

// Moves weights and code to the device, and inlines every method that `forward` calls.
void settle(torch::jit::Module& module, c10::Device device);

// Folds batch norms, makes the weights constants and lays them out for the device. A module that changes its
// own attributes cannot be frozen and stays as it is.
void freeze(torch::jit::Module& module, c10::Device device);

}  // namespace deeplasia::graph
