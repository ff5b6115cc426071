#pragma once

#include <ATen/core/Tensor.h>

namespace deeplasia::runtime {

// Returns x, [B, C, H, W], in channels-last layout. With one channel both layouts have the same bytes, and
// libtorch assumes the default one. Only the strides can select channels-last, and every layer takes over the
// layout of its input.
inline at::Tensor channels_last(const at::Tensor& x) {
  const int64_t height = x.size(2), width = x.size(3);
  if (x.size(1) > 1) return x.contiguous(at::MemoryFormat::ChannelsLast);
  return x.contiguous().as_strided(x.sizes(), {height * width, 1, width, 1});
}

}  // namespace deeplasia::runtime
