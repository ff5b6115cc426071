#pragma once

#include <string>

#include "archive/check_code.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::archive {

// Returns the module of a TorchScript file, on the CPU; tensors that are stored in 16 bits become 32 bits
// wide. Loading runs code of the archive (`__setstate__`), which is checked before unless the caller trusts
// the file. Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED.
torch::jit::Module read_module(const std::string& path, Trust trust);

// Throws CodedError ERR_DEEPLASIA_MODEL_UNREADABLE unless the weights have this digest ("": any).
void require_weights(const torch::jit::Module& module, const std::string& digest);

}  // namespace deeplasia::archive
