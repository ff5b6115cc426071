#pragma once

#include <cstdint>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// A network that marks the hand: the competitive U-Net of the reference's service. The defaults are the
// reference's.
struct MaskNetworkConfig {
  int64_t filters = 32;  // channels of the layers before the first pooling
  int64_t kernel = 5;    // side of the larger convolutions' kernels, odd
  // Each pooling doubles the channels up to this many. As many as `filters`: all layers have the same number,
  // as in the reference.
  int64_t max_filters = filters;
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
