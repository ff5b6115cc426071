#pragma once

#include "network/config.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// A bone-age network as TorchScript, in training mode, its tensors named as the reference names them.
// Dropout, drop-connect and batch norm obey `training`, so train(), eval() and torch.jit.load in Python do
// what they say. Its parameters hold no values yet: initialise.h and state.h give them.
//
// x: [B, 1, H, W] float32; male: [B, 1] float32, 1 or 0; age (z-score) and sex_logit: [B, 1].
//   current  forward(x, male) -> (age, sex_logit); male may be None where the network can do without
//   legacy   forward(x, male) -> age
//   both     forward_features(x, male) -> the same outputs, then the pooled features [B, features]
//
// Throws CodedError ERR_DEEPLASIA_OPTION for an unknown backbone.
torch::jit::Module build(const NetworkConfig& config);

}  // namespace deeplasia::network
