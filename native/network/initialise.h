#pragma once

#include <cstdint>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// Fresh weights of the distributions that the reference's libraries draw from, the same for the same seed:
// PyTorch's defaults, and torchvision's for the convolutions inside Inception. `loss.s` keeps its start.
void initialise(const torch::jit::Module& module, uint64_t seed);

}  // namespace deeplasia::network
