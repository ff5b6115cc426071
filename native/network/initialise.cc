#include "network/initialise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>

namespace deeplasia::network {
namespace {

// torchvision truncates its normal distribution at 2, which is twenty standard deviations.
constexpr double kInceptionDeviation = 0.1, kInceptionLimit = 2;

void start_batch_norm(const torch::jit::Module& norm) {
  norm.attr("weight").toTensor().fill_(1);
  norm.attr("bias").toTensor().zero_();
  norm.attr("running_mean").toTensor().zero_();
  norm.attr("running_var").toTensor().fill_(1);
  norm.attr("num_batches_tracked").toTensor().zero_();
}

// The slope of a PReLU: its weight is the only one that is neither a matrix nor a batch norm's.
constexpr double kPreluStart = 0.25;

// Initialises a linear layer or a convolution: weight and bias are uniform, with variance 1 / (3 fan_in).
void draw(const torch::jit::Module& layer, bool of_inception, at::Generator& generator) {
  const at::Tensor weight = layer.attr("weight").toTensor();
  if (weight.numel() == 0) return;
  if (weight.dim() == 1) {
    weight.fill_(kPreluStart);
    return;
  }
  if (of_inception) {
    weight.normal_(0, kInceptionDeviation, generator).clamp_(-kInceptionLimit, kInceptionLimit);
    return;
  }
  const double bound = 1 / std::sqrt(static_cast<double>(weight[0].numel()));
  weight.uniform_(-bound, bound, generator);
  const c10::IValue bias = layer.attr("bias");
  if (bias.isTensor()) bias.toTensor().uniform_(-bound, bound, generator);
}

// Whether a layer is a convolution of one of Inception's units, which call it `conv`. The mask network's
// classifier calls its convolution so too, but that has a bias.
bool is_inceptions(const torch::jit::Module& layer, const std::string& name) {
  return name == "conv" && !layer.attr("bias").isTensor();
}

// Initialises a module and its children. `name`: its name in its parent.
void visit(const torch::jit::Module& module, const std::string& name, at::Generator& generator) {
  if (module.hasattr("running_var"))
    start_batch_norm(module);
  else if (module.hasattr("weight"))
    draw(module, is_inceptions(module, name), generator);
  for (const auto& child : module.named_children()) visit(child.value, child.name, generator);
}

}  // namespace

void initialise(const torch::jit::Module& module, uint64_t seed) {
  const at::NoGradGuard no_gradients;
  at::Generator generator = at::detail::createCPUGenerator(seed);
  visit(module, "", generator);
}

}  // namespace deeplasia::network
