#include "distributed/sync_batch_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "distributed/group.h"

namespace deeplasia::distributed {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using MaybeTensor = std::optional<at::Tensor>;

// A dispatch key that PyTorch does not use. While it is switched on, operators are dispatched by it first,
// and all except batch_norm fall through.
constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

thread_local Group* current = nullptr;
thread_local bool current_counts = true;

// Returns all dimensions except for the channels.
std::vector<int64_t> reduced(const at::Tensor& x) {
  std::vector<int64_t> dimensions{0};
  for (int64_t i = 2; i < x.dim(); ++i) dimensions.push_back(i);
  return dimensions;
}

// Returns [C] values as [1, C, 1, …].
at::Tensor spread(const at::Tensor& values, const at::Tensor& x) {
  std::vector<int64_t> shape(x.dim(), 1);
  shape[1] = values.numel();
  return values.view(shape);
}

struct Statistics {
  at::Tensor mean, variance;  // [C] float32; the variance biased
  double count;               // values per channel
};

// Computes the statistics of all ranks' values from each rank's mean and variance: sums of squares would lose
// digits if a mean is large.
Statistics statistics(Group& group, const at::Tensor& x, bool counts) {
  const auto [variance, mean] = at::var_mean(x.to(at::kFloat), reduced(x), /*unbiased=*/false);
  const int64_t values = x.numel() / x.size(1);
  const double own = counts ? static_cast<double>(values) : 0;
  const at::Tensor number = at::full({1}, own, mean.options());
  const at::Tensor message = at::cat({mean, variance, number}).cpu().to(at::kDouble);
  const int64_t channels = mean.numel();
  double count = 0;
  at::Tensor sum = at::zeros({channels}, at::kDouble), squares = sum.clone();
  const std::vector<at::Tensor> all = group.gather(message);
  for (const at::Tensor& part : all) {
    const double n = part[2 * channels].item<double>();
    if (n == 0) continue;
    count += n;
    sum += n * part.slice(0, 0, channels);
  }
  const at::Tensor whole = sum / count;
  for (const at::Tensor& part : all) {
    const double n = part[2 * channels].item<double>();
    if (n == 0) continue;
    const at::Tensor distance = part.slice(0, 0, channels) - whole;
    squares += n * (part.slice(0, channels, 2 * channels) + distance * distance);
  }
  const auto like = mean.options();
  return {whole.to(like.device(), at::kFloat), (squares / count).to(like.device(), at::kFloat), count};
}

void follow(const MaybeTensor& running, const at::Tensor& value, double momentum) {
  if (running && running->defined())
    running->mul_(1 - momentum).add_(value.to(running->scalar_type()), momentum);
}

struct Norm : torch::autograd::Function<Norm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const MaybeTensor& weight,
                            const MaybeTensor& bias, const MaybeTensor& running_mean,
                            const MaybeTensor& running_variance, double momentum, double eps) {
    const auto [mean, variance, count] = statistics(*current, x, current_counts);
    follow(running_mean, mean, momentum);
    follow(running_variance, variance * (count / std::max(count - 1, 1.0)), momentum);
    context->save_for_backward({x, weight.value_or(at::Tensor()), mean, (variance + eps).rsqrt()});
    context->saved_data["group"] = reinterpret_cast<int64_t>(current);
    context->saved_data["counts"] = current_counts;
    context->saved_data["count"] = count;
    context->saved_data["has_bias"] = bias.has_value();
    return at::batch_norm(x, weight, bias, mean, variance, /*training=*/false, 0, eps,
                          /*cudnn_enabled=*/false);
  }

  // The gradient belongs to the loss over all ranks: each rank has weighted its own loss by its share of the
  // batch.
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3];
    // Autograd can save only numbers and tensors, hence the cast; the group outlives every step.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    auto* group = reinterpret_cast<Group*>(context->saved_data["group"].toInt());
    const double count = context->saved_data["count"].toDouble();
    const at::Tensor gradient = gradients[0].to(at::kFloat);
    const at::Tensor normal = (x.to(at::kFloat) - spread(mean, x)) * spread(inverse, x);
    const at::Tensor own = at::stack({gradient.sum(reduced(x)), (gradient * normal).sum(reduced(x))});
    const at::Tensor all = own.clone();
    group->sum(all).wait();
    at::Tensor of_x = gradient;
    // The picture that replaces an empty part of the batch does not count in the statistics.
    if (context->saved_data["counts"].toBool())
      of_x = gradient - spread(all[0] / count, x) - normal * spread(all[1] / count, x);
    of_x = of_x * spread(weight.defined() ? inverse * weight : inverse, x);
    const at::Tensor none;
    const at::Tensor of_weight = weight.defined() ? own[1] : none;
    const at::Tensor of_bias = context->saved_data["has_bias"].toBool() ? own[0] : none;
    return {of_x.to(x.scalar_type()), of_weight, of_bias, none, none, none, none};
  }
};

at::Tensor batch_norm(const at::Tensor& x, const MaybeTensor& weight, const MaybeTensor& bias,
                      const MaybeTensor& mean, const MaybeTensor& variance, bool training, double momentum,
                      double eps, bool cudnn) {
  const c10::impl::ExcludeDispatchKeyGuard plain(kKey);
  if (!training || current == nullptr)
    return at::batch_norm(x, weight, bias, mean, variance, training, momentum, eps, cudnn);
  return Norm::apply(x, weight, bias, mean, variance, momentum, eps);
}

// Registered when the core is loaded: an exception would end the loading.
// NOLINTBEGIN(bugprone-throwing-static-initialization)
TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, TESTING_ONLY_GenericMode, library) { library.impl("batch_norm", batch_norm); }
// NOLINTEND(bugprone-throwing-static-initialization)

}  // namespace

SyncBatchNorm::SyncBatchNorm(Group* group, bool counts) {
  current = group;
  current_counts = counts;
  if (group != nullptr) c10::impl::tls_set_dispatch_key_included(kKey, true);
}

SyncBatchNorm::~SyncBatchNorm() {
  current = nullptr;
  c10::impl::tls_set_dispatch_key_included(kKey, false);
}

bool SyncBatchNorm::is_active() { return current != nullptr; }

}  // namespace deeplasia::distributed
