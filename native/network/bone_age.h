#pragma once

#include "network/network_config.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// Builds a bone-age network as TorchScript, in training mode, with the reference's names for its tensors.
// Dropout, drop-connect and batch norm follow `training`, so train() and eval() work as usual, also after
// torch.jit.load in Python. The parameters are uninitialised: initialise.h and state.h set them.
//
// x: [B, 1, H, W] float32; male: [B, 1] float32, 1 or 0; age (z-score) and sex_logit: [B, 1].
//   current  forward(x, male) -> (age, sex_logit); male may be None if the network does not need it
//   legacy   forward(x, male) -> age
//   both     forward_features(x, male) -> the same outputs, then the pooled features [B, features]
//
// Throws CodedError ERR_DEEPLASIA_OPTION for an unknown backbone.
torch::jit::Module build(const NetworkConfig& config);

}  // namespace deeplasia::network
