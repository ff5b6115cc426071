#pragma once

#include <string>

namespace torch::jit {
struct Module;
}

namespace deeplasia::archive {

// Writes a module as a TorchScript archive, which Python's torch.jit.load opens too, with the record
// `extra/<name>` set to `text`. The digest of the weights is filled in where `text` has a place for it
// (network/digest.h). Throws CodedError ERR_DEEPLASIA_OUTPUT.
void save_archive(const torch::jit::Module& module, const std::string& path, const std::string& name,
                  const std::string& text);

}  // namespace deeplasia::archive
