#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "checkpoint/tensor.h"

// Between the checkpoint reader, which knows no libtorch, and the networks.
namespace deeplasia::network {

// The same values. The memory is the file's where it is aligned to the elements, and lives as long as the
// result. Throws CodedError ERR_DEEPLASIA_CHECKPOINT for a type of elements that libtorch has not.
at::Tensor to_torch(const std::shared_ptr<const checkpoint::Tensor>& tensor);

// Row-major, on the CPU; the memory is the tensor's where it is already so.
checkpoint::Tensor from_torch(const at::Tensor& tensor);

}  // namespace deeplasia::network
