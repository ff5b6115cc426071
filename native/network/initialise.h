#pragma once

#include <cstdint>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// Draws fresh weights from the distributions of the reference's libraries: PyTorch's defaults, and
// torchvision's for the convolutions inside Inception,
// timm's for ConvNeXt. The same seed gives the same weights. `loss.s` keeps
// its start values.
void initialise(const torch::jit::Module& module, uint64_t seed);

}  // namespace deeplasia::network
