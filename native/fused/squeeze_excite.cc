#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "fused/layers.h"
#include "fused/tasks.h"
#include "kernels/learning.h"

namespace deeplasia::fused {
namespace {

using kernels::Pixels;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const kernels::Learning& code_of(const at::Tensor& x) { return *kernels::learning_code(x.size(1)); }

// [N, C]: the sums over each picture of x, or of x * y.
at::Tensor sums_of(const at::Tensor& x, const at::Tensor& y) {
  const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
  const at::Tensor sums = at::empty({x.size(0), channels}, at::kFloat);
  const auto* const from = x.const_data_ptr<float>();
  const auto* const other = y.defined() ? y.const_data_ptr<float>() : nullptr;
  auto* const to = sums.mutable_data_ptr<float>();
  in_threads(x.size(0), [&](int64_t i) {
    const int64_t at = i * pixels * channels;
    code_of(x).sum({pixels, channels}, from + at, other == nullptr ? nullptr : other + at, to + i * channels);
  });
  return sums;
}

// x * factor + constant, both [N, C].
at::Tensor scaled(const at::Tensor& x, const at::Tensor& factor, const at::Tensor& constant) {
  const int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
  const at::Tensor out = at::empty_like(x);
  const auto *from = x.const_data_ptr<float>(), *factors = factor.const_data_ptr<float>();
  const auto* const constants = constant.defined() ? constant.const_data_ptr<float>() : nullptr;
  auto* const to = out.mutable_data_ptr<float>();
  in_threads(x.size(0), [&](int64_t i) {
    const int64_t at = i * pixels * channels;
    code_of(x).scale({pixels, channels}, from + at, factors + i * channels,
                     constants == nullptr ? nullptr : constants + i * channels, to + at);
  });
  return out;
}

at::Tensor matrix(const at::Tensor& kernel) { return kernel.reshape({kernel.size(0), kernel.size(1)}); }

struct SqueezeExcite : torch::autograd::Function<SqueezeExcite> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& reduce,
                            const at::Tensor& reduce_bias, const at::Tensor& excite,
                            const at::Tensor& excite_bias) {
    const at::Tensor mean = sums_of(x, {}) / static_cast<double>(x.size(2) * x.size(3));
    const at::Tensor hidden = at::linear(mean, matrix(reduce), reduce_bias);
    const at::Tensor gate = at::sigmoid(at::linear(at::silu(hidden), matrix(excite), excite_bias));
    context->save_for_backward({x, mean, hidden, gate, reduce, excite});
    return scaled(x, gate, {});
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &mean = saved[1], &hidden = saved[2], &gate = saved[3],
                     &reduce = saved[4], &excite = saved[5];
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor of_logit = sums_of(gradient, x) * gate * (1 - gate);
    const at::Tensor of_hidden = at::silu_backward(of_logit.mm(matrix(excite)), hidden);
    const at::Tensor of_mean = of_hidden.mm(matrix(reduce)) / static_cast<double>(x.size(2) * x.size(3));
    return {scaled(gradient, gate, of_mean.contiguous()), of_hidden.t().mm(mean).reshape_as(reduce),
            of_hidden.sum(0), of_logit.t().mm(at::silu(hidden)).reshape_as(excite), of_logit.sum(0)};
  }
};

at::Tensor convolved(const at::Tensor& x, const Convolution& by) {
  return at::conv2d(x, by.weight, by.bias, by.stride, by.padding, by.dilation, by.groups);
}

bool is_pointwise(const Convolution& by, int64_t in) {
  const at::Tensor& weight = by.weight;
  return weight.dim() == 4 && weight.size(1) == in && weight.size(2) == 1 && weight.size(3) == 1 &&
         weight.scalar_type() == at::kFloat && by.bias && by.bias->defined() && by.groups == 1 &&
         std::all_of(by.padding.begin(), by.padding.end(), [](int64_t padding) { return padding == 0; });
}

}  // namespace

at::Tensor squeeze_excite(const at::Tensor& x, at::IntArrayRef size, const Convolution& reduce,
                          const Convolution& excite) {
  if (is_ours(x) && size == at::IntArrayRef{1, 1} && is_pointwise(reduce, x.size(1)) &&
      is_pointwise(excite, reduce.weight.size(0)) && excite.weight.size(0) == x.size(1))
    return SqueezeExcite::apply(x, reduce.weight, *reduce.bias, excite.weight, *excite.bias);
  const at::Tensor hidden = at::silu(convolved(at::adaptive_avg_pool2d(x, size), reduce));
  return at::sigmoid(convolved(hidden, excite)) * x;
}

}  // namespace deeplasia::fused
