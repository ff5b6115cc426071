#include <ATen/autocast_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/silu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "distributed/sync_batch_norm.h"
#include "fused/layers.h"
#include "fused/tasks.h"
#include "kernels/learning.h"

namespace deeplasia::fused {
namespace {

using kernels::Learning;
using kernels::Pixels;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr int64_t kParts = 32;
// Rows of the tensor that the backward needs beside x, [4][channels].
enum Fact { kScale, kShift, kMean, kInverse, kFacts };

struct Pass {
  explicit Pass(const at::Tensor& x)
      : code(*kernels::learning_code(x.size(1))),
        channels(x.size(1)),
        pixels(x.numel() / x.size(1)),
        parts(std::min(kParts, pixels)) {}

  const Learning& code;
  int64_t channels, pixels, parts;

  // Calls task(the part's pixels, its first value in a tensor).
  template <class Task>
  void in_parts(const Task& task) const {
    in_threads(parts, [&](int64_t i) {
      const auto [from, end] = part_of(pixels, parts, i);
      task(i, Pixels{end - from, channels}, from * channels);
    });
  }

  // Returns the sums over all parts of [parts][2][channels].
  std::vector<double> total(const std::vector<float>& sums) const {
    std::vector<double> all(2 * channels, 0);
    for (int64_t part = 0; part < parts; ++part)
      for (int64_t i = 0; i < 2 * channels; ++i) all[i] += sums[part * 2 * channels + i];
    return all;
  }
};

void follow(const MaybeTensor& running, int64_t channels, double momentum,
            const std::vector<double>& values) {
  if (!running || !running->defined()) return;
  auto* const to = running->mutable_data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c)
    to[c] = static_cast<float>((1 - momentum) * to[c] + momentum * values[c]);
}

kernels::Norm norm_of(const float* facts, int64_t channels) {
  return {facts + kScale * channels, facts + kShift * channels, facts + kMean * channels};
}

struct Norm : torch::autograd::Function<Norm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const MaybeTensor& running_mean,
                            const MaybeTensor& running_variance, double momentum, double eps, bool silu) {
    const Pass pass(x);
    const auto* const from = x.const_data_ptr<float>();
    // Sums of the distances to the first pixel, which is near the mean: those of the values would lose
    // digits.
    std::vector<float> sums(pass.parts * 2 * pass.channels);
    pass.in_parts([&](int64_t part, const Pixels& size, int64_t at) {
      pass.code.norm_sums(size, from + at, from, sums.data() + part * 2 * pass.channels);
    });
    const std::vector<double> all = pass.total(sums);
    const auto count = static_cast<double>(pass.pixels);
    const at::Tensor kept = at::empty({kFacts, pass.channels}, at::kFloat);
    auto* const facts = kept.mutable_data_ptr<float>();
    const auto *w = weight.const_data_ptr<float>(), *b = bias.const_data_ptr<float>();
    std::vector<double> means(pass.channels), variances(pass.channels);
    for (int64_t c = 0; c < pass.channels; ++c) {
      const double distance = all[c] / count;
      const double variance = std::max(0.0, all[pass.channels + c] / count - distance * distance);
      means[c] = from[c] + distance;
      variances[c] = variance * count / (count - 1);
      const double inverse = 1 / std::sqrt(variance + eps), scale = w[c] * inverse;
      facts[kScale * pass.channels + c] = static_cast<float>(scale);
      facts[kShift * pass.channels + c] = static_cast<float>(b[c] - means[c] * scale);
      facts[kMean * pass.channels + c] = static_cast<float>(means[c]);
      facts[kInverse * pass.channels + c] = static_cast<float>(inverse);
    }
    follow(running_mean, pass.channels, momentum, means);
    follow(running_variance, pass.channels, momentum, variances);
    const at::Tensor out = at::empty_like(x);
    auto* const to = out.mutable_data_ptr<float>();
    pass.in_parts([&](int64_t, const Pixels& size, int64_t at) {
      pass.code.norm(size, norm_of(facts, pass.channels), silu, from + at, to + at);
    });
    context->save_for_backward({x, kept});
    context->saved_data["silu"] = silu;
    return out;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const bool silu = context->saved_data["silu"].toBool();
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Pass pass(x);
    const int64_t channels = pass.channels;
    const auto *from = x.const_data_ptr<float>(), *outer = gradient.const_data_ptr<float>(),
               *facts = saved[1].const_data_ptr<float>();
    const kernels::Norm norm = norm_of(facts, channels);
    std::vector<float> sums(pass.parts * 2 * channels);
    pass.in_parts([&](int64_t part, const Pixels& size, int64_t at) {
      pass.code.norm_backward_sums(size, norm, silu, from + at, outer + at,
                                   sums.data() + part * 2 * channels);
    });
    const std::vector<double> all = pass.total(sums);
    const at::Tensor of_weight = at::empty({channels}, at::kFloat), of_bias = at::empty_like(of_weight);
    std::vector<float> factors(2 * channels);  // of x, and the constant
    for (int64_t c = 0; c < channels; ++c) {
      const double scale = facts[kScale * channels + c], inverse = facts[kInverse * channels + c];
      const double products = all[channels + c] * inverse, count = static_cast<double>(pass.pixels);
      of_bias.mutable_data_ptr<float>()[c] = static_cast<float>(all[c]);
      of_weight.mutable_data_ptr<float>()[c] = static_cast<float>(products);
      const double of_x = -scale * inverse * products / count;
      factors[c] = static_cast<float>(of_x);
      factors[channels + c] = static_cast<float>(-scale * all[c] / count - of_x * norm.mean[c]);
    }
    const at::Tensor of_x = at::empty_like(x);
    auto* const to = of_x.mutable_data_ptr<float>();
    pass.in_parts([&](int64_t, const Pixels& size, int64_t at) {
      pass.code.norm_backward(size, norm, silu, from + at, outer + at, norm.scale, factors.data(),
                              factors.data() + channels, to + at);
    });
    const at::Tensor none;
    return {of_x, of_weight, of_bias, none, none, none, none, none};
  }
};

bool is_row(const MaybeTensor& values) {
  return values && values->defined() && values->scalar_type() == at::kFloat && values->is_contiguous();
}

}  // namespace

bool is_ours(const at::Tensor& x) {
  return x.is_cpu() && x.dim() == 4 && x.scalar_type() == at::kFloat && x.numel() > 0 &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast) && kernels::learning_code(x.size(1)) != nullptr &&
         !at::autocast::is_autocast_enabled(at::kCPU);
}

at::Tensor norm(const at::Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias,
                const MaybeTensor& running_mean, const MaybeTensor& running_variance, bool training,
                double momentum, double eps, bool cudnn, bool silu) {
  if (training && is_ours(x) && x.numel() / x.size(1) > 1 && is_row(weight) && is_row(bias) &&
      !distributed::SyncBatchNorm::is_active())
    return Norm::apply(x, *weight, *bias, running_mean, running_variance, momentum, eps, silu);
  const at::Tensor normal =
      at::batch_norm(x, weight, bias, running_mean, running_variance, training, momentum, eps, cudnn);
  return silu ? at::silu(normal) : normal;
}

}  // namespace deeplasia::fused
