#pragma once

#include <c10/core/Device.h>

namespace torch::jit {
struct Module;
}

namespace deeplasia::graph {

// Writes this device into all code of the module. Traced code names the device on which it was traced, and
// would run nowhere else.
void name_device(const torch::jit::Module& module, c10::Device device);

}  // namespace deeplasia::graph
