#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "fused/layers.h"
#include "fused/tasks.h"
#include "kernels/learning.h"

namespace deeplasia::fused {
namespace {

using kernels::Depthwise;
using kernels::Learning;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

// [C, 1, K, K] as [K * K, C], as the loops read it.
at::Tensor by_tap(const at::Tensor& weight) {
  return weight.reshape({weight.size(0), weight.size(2) * weight.size(3)}).t().contiguous();
}

// Calls run(code, picture, first channel, registers, ring) for all pictures and blocks of channels.
template <class Run>
void in_blocks(const Depthwise& of, int64_t pictures, const Run& run) {
  const Learning& code = *kernels::learning_code(of.channels);
  const int64_t vectors = of.channels / code.lanes;
  const int64_t block = vectors % 3 == 0 ? 3 : vectors % 2 == 0 ? 2 : 3;
  const int64_t blocks = (vectors + block - 1) / block;
  in_threads(pictures * blocks, [&](int64_t task) {
    thread_local std::vector<float> ring;
    ring.resize(std::max<size_t>(ring.size(), kernels::ring_size(of, code.lanes)));
    const int64_t first = task % blocks * block;
    run(code, task / blocks, first * code.lanes, static_cast<int>(std::min(block, vectors - first)),
        ring.data());
  });
}

at::Tensor convolve(const Depthwise& of, const at::Tensor& x, const at::Tensor& taps) {
  const at::Tensor out = at::empty({x.size(0), of.channels, of.out_height, of.out_width},
                                   x.options().memory_format(kChannelsLast));
  const auto *from = x.const_data_ptr<float>(), *weight = taps.const_data_ptr<float>();
  auto* const to = out.mutable_data_ptr<float>();
  const int64_t in_size = of.height * of.width * of.channels,
                out_size = of.out_height * of.out_width * of.channels;
  in_blocks(
      of, x.size(0), [&](const Learning& code, int64_t picture, int64_t first, int vectors, float* ring) {
        code.depthwise(of, from + picture * in_size, weight, first, vectors, ring, to + picture * out_size);
      });
  return out;
}

at::Tensor gradient_of_weight(const Depthwise& of, const at::Tensor& x, const at::Tensor& gradient) {
  const int64_t taps = of.kernel * of.kernel;
  const at::Tensor parts = at::empty({x.size(0), taps, of.channels}, at::kFloat);
  const auto *from = x.const_data_ptr<float>(), *outer = gradient.const_data_ptr<float>();
  auto* const to = parts.mutable_data_ptr<float>();
  const int64_t in_size = of.height * of.width * of.channels,
                out_size = of.out_height * of.out_width * of.channels;
  in_blocks(of, x.size(0),
            [&](const Learning& code, int64_t picture, int64_t first, int vectors, float* ring) {
              code.depthwise_weight(of, from + picture * in_size, outer + picture * out_size, first, vectors,
                                    ring, to + picture * taps * of.channels);
            });
  return parts.sum(0).t().reshape({of.channels, 1, of.kernel, of.kernel});
}

// The convolution of an output's gradient that gives the input's: zeros between the pixels where the forward
// leaves some out, and the kernel turned.
Depthwise reversed(const Depthwise& of) {
  return {.channels = of.channels,
          .height = of.out_height,
          .width = of.out_width,
          .out_height = of.height,
          .out_width = of.width,
          .kernel = of.kernel,
          .stride = 1,
          .before_rows = of.kernel - 1 - of.before_rows,
          .before_columns = of.kernel - 1 - of.before_columns,
          .dilation = of.stride};
}

struct Convolve : torch::autograd::Function<Convolve> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            int64_t stride, const std::vector<int64_t>& pad) {
    const Depthwise of = shape_of(x, weight, stride, pad);
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["pad"] = pad;
    return convolve(of, x, by_tap(weight));
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const Depthwise of =
        shape_of(x, weight, context->saved_data["stride"].toInt(), context->saved_data["pad"].toIntVector());
    const at::Tensor gradient = gradients[0].contiguous(kChannelsLast);
    at::Tensor of_x, of_weight;
    if (context->needs_input_grad(0)) of_x = convolve(reversed(of), gradient, by_tap(weight).flip(0));
    if (context->needs_input_grad(1)) of_weight = gradient_of_weight(of, x, gradient);
    return {of_x, of_weight, {}, {}};
  }

  // pad: left, right, top, bottom
  static Depthwise shape_of(const at::Tensor& x, const at::Tensor& weight, int64_t stride,
                            const std::vector<int64_t>& pad) {
    const int64_t kernel = weight.size(2);
    return {.channels = x.size(1),
            .height = x.size(2),
            .width = x.size(3),
            .out_height = (x.size(2) + pad[2] + pad[3] - kernel) / stride + 1,
            .out_width = (x.size(3) + pad[0] + pad[1] - kernel) / stride + 1,
            .kernel = kernel,
            .stride = stride,
            .before_rows = pad[2],
            .before_columns = pad[0],
            .dilation = 1};
  }
};

bool is_depthwise(const at::Tensor& x, const at::Tensor& weight, int64_t groups) {
  if (!is_ours(x) || weight.dim() != 4 || weight.scalar_type() != at::kFloat) return false;
  const int64_t kernel = weight.size(2);
  return groups == x.size(1) && weight.size(0) == groups && weight.size(1) == 1 && kernel == weight.size(3) &&
         (kernel == 3 || kernel == 5 || kernel == 7);
}

bool are_equal(at::IntArrayRef values) {
  return !values.empty() &&
         std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == values[0]; });
}

// The padding of both kinds together.
std::vector<int64_t> whole_padding(at::IntArrayRef pad, at::IntArrayRef padding) {
  std::vector<int64_t> all{padding.back(), padding.back(), padding[0], padding[0]};
  for (size_t i = 0; i < pad.size(); ++i) all[i] += pad[i];
  return all;
}

}  // namespace

at::Tensor conv2d(const at::Tensor& x, at::IntArrayRef pad, const at::Scalar& value, const at::Tensor& weight,
                  const MaybeTensor& bias, at::IntArrayRef stride, at::IntArrayRef padding,
                  at::IntArrayRef dilation, int64_t groups) {
  if (is_depthwise(x, weight, groups) && are_equal(stride) && stride[0] <= 2 && are_equal(dilation) &&
      dilation[0] == 1 && !padding.empty() && (pad.empty() || pad.size() == 4) && value.toDouble() == 0) {
    const std::vector<int64_t> all = whole_padding(pad, padding);
    const int64_t kernel = weight.size(2);
    const bool fits = std::all_of(all.begin(), all.end(), [&](int64_t p) { return p >= 0 && p < kernel; }) &&
                      x.size(2) + all[2] + all[3] >= kernel && x.size(3) + all[0] + all[1] >= kernel;
    if (fits) {
      const at::Tensor out = Convolve::apply(x, weight, stride[0], all);
      return bias && bias->defined() ? out + bias->view({1, -1, 1, 1}) : out;
    }
  }
  return at::conv2d(pad.empty() ? x : at::constant_pad_nd(x, pad, value), weight, bias, stride, padding,
                    dilation, groups);
}

}  // namespace deeplasia::fused
