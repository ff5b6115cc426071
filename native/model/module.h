#pragma once

#include <c10/core/Device.h>

#include <string>

namespace torch::jit {
struct Module;
}

namespace deeplasia::model {

// The module of a TorchScript file, on the CPU; tensors that are stored in 16 bits are 32 bits wide.
// Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE.
torch::jit::Module read_module(const std::string& path);

// Copies a TorchScript file with its parameters in 16 bits, and with `extra/<name>`; running statistics,
// whose range may be larger, stay as they are. Throws what read_module throws, and ERR_DEEPLASIA_OUTPUT.
void halve_archive(const std::string& source, const std::string& target, const std::string& name);

// Puts this device into all of its code: what was traced on one device names that, and would run nowhere
// else.
void name_device(const torch::jit::Module& module, c10::Device device);

}  // namespace deeplasia::model
