#pragma once

#include <ATen/core/Tensor.h>

namespace deeplasia::archive {

// Changes the type of those of a module's tensors that are of type `from`, in place.
template <class Tensors>
void cast(const Tensors& tensors, at::ScalarType from, at::ScalarType to) {
  for (const at::Tensor& tensor : tensors)
    if (tensor.scalar_type() == from) tensor.set_data(tensor.detach().to(to));
}

}  // namespace deeplasia::archive
