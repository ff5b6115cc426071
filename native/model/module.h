#pragma once

#include <c10/core/Device.h>

#include <string>

#include "model/archive.h"

namespace deeplasia::model {

// The module of a TorchScript file, on the CPU; tensors that are stored in 16 bits are 32 bits wide. Loading
// runs code of the archive (`__setstate__`), which without trust was looked through before.
// Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED.
torch::jit::Module read_module(const std::string& path, Trust trust);

// Throws CodedError ERR_DEEPLASIA_MODEL_UNREADABLE unless the weights are those of the digest ("": of any).
void require_weights(const torch::jit::Module& module, const std::string& digest);

// Copies a TorchScript file with its parameters in 16 bits, and with `extra/<name>` set to `text`; running
// statistics, whose range may be larger, stay as they are. Throws what read_module throws, and
// ERR_DEEPLASIA_OUTPUT.
void halve_archive(const std::string& source, const std::string& target, const std::string& name,
                   const std::string& text, Trust trust);

// Puts this device into all of its code: what was traced on one device names that, and would run nowhere
// else.
void name_device(const torch::jit::Module& module, c10::Device device);

}  // namespace deeplasia::model
