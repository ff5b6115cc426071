#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

// Layers of training with a forward and a backward of our own, in float32 on the CPU, for channels-last
// pictures. Each keeps less for its backward than PyTorch's operators and reads its tensors less often.
// Whatever else they are given, they run PyTorch's operators, with the same result.
namespace deeplasia::fused {

using MaybeTensor = std::optional<at::Tensor>;

// torch.batch_norm, and the SiLU of it.
at::Tensor norm(const at::Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias,
                const MaybeTensor& running_mean, const MaybeTensor& running_variance, bool training,
                double momentum, double eps, bool cudnn, bool silu);

// torch.conv2d of x, padded with `value` (see torch.constant_pad_nd) if `pad` is not empty. Depthwise ones
// are our own.
at::Tensor conv2d(const at::Tensor& x, at::IntArrayRef pad, const at::Scalar& value, const at::Tensor& weight,
                  const MaybeTensor& bias, at::IntArrayRef stride, at::IntArrayRef padding,
                  at::IntArrayRef dilation, int64_t groups);

// The arguments of torch.conv2d.
struct Convolution {
  const at::Tensor& weight;
  const MaybeTensor& bias;
  at::IntArrayRef stride, padding, dilation;
  int64_t groups;
};

// x times the sigmoid of excite(SiLU(reduce(mean))), where the mean is torch.adaptive_avg_pool2d(x, size).
at::Tensor squeeze_excite(const at::Tensor& x, at::IntArrayRef size, const Convolution& reduce,
                          const Convolution& excite);

// Whether x can be given to our code: pictures in float32 on the CPU, channels-last, without autocast.
bool is_ours(const at::Tensor& x);

}  // namespace deeplasia::fused
