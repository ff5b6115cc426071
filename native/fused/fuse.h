#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>

namespace deeplasia::fused {

// A method of a module as one function whose first input is the module, with our layers (layers.h) in the
// place of the operators that compute the same. The module is not changed: it is saved without our operators.
std::unique_ptr<torch::jit::Function> fuse(const torch::jit::Module& module, const std::string& method);

}  // namespace deeplasia::fused
