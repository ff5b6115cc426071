#pragma once

#include <c10/core/Device.h>

#include <string>

namespace torch::jit {
struct Module;
}

namespace deeplasia::model {

// The module of a TorchScript file as it was saved, on the CPU.
// Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE.
torch::jit::Module read_module(const std::string& path);

// Puts this device into all of its code: what was traced on one device names that, and would run nowhere
// else.
void name_device(const torch::jit::Module& module, c10::Device device);

}  // namespace deeplasia::model
