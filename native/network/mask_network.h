#pragma once

#include <cstdint>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// A network that marks the hand: the competitive U-Net of the reference's service. The defaults are the
// reference's.
struct MaskNetworkConfig {
  int64_t filters = 32;  // channels of every layer
  int64_t kernel = 5;    // side of the larger convolutions' kernels, odd
};

// The network as TorchScript, in training mode, its tensors named as the reference names them. Its
// parameters hold no values yet: initialise.h and state.h give them.
//
// x: [B, 1, H, W] float32, H and W multiples of kMaskNetworkStride.
//   forward(x) -> logits [B, 2, H, W]: not the hand, the hand
torch::jit::Module build_mask_network(const MaskNetworkConfig& config);

// Four poolings halve the sides.
inline constexpr int64_t kMaskNetworkStride = 16;

}  // namespace deeplasia::network
