#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "checkpoint/tensor.h"

// Converts tensors between the checkpoint reader, which does not use libtorch, and the networks.
namespace deeplasia::network {

// Returns a tensor with the same values. It shares the file's memory, and keeps it alive, if that is aligned
// to the elements. Throws CodedError ERR_DEEPLASIA_CHECKPOINT for an element type that networks cannot use.
at::Tensor to_torch(const std::shared_ptr<const checkpoint::Tensor>& tensor);

// Returns the tensor in row-major order on the CPU. It shares the tensor's memory if that is already so.
checkpoint::Tensor from_torch(const at::Tensor& tensor);

}  // namespace deeplasia::network
