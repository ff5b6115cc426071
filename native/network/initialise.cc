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

// ConvNeXt's weights are normal, truncated at two units, a hundred standard deviations away, as timm has
// them.
constexpr double kConvNextDeviation = 0.02, kConvNextLimit = 2;

// The exponent of a generalised mean.
constexpr double kExponentStart = 3;

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

// Layers of ConvNeXt: convolutions and matrices, LayerNorm, and the response norm, which starts as the
// identity.
void draw_convnext(const torch::jit::Module& layer, const std::string& name, at::Generator& generator) {
  const at::Tensor weight = layer.attr("weight").toTensor();
  if (weight.dim() > 1)
    weight.normal_(0, kConvNextDeviation, generator).clamp_(-kConvNextLimit, kConvNextLimit);
  else
    weight.fill_(name == "grn" ? 0 : 1);
  layer.attr("bias").toTensor().zero_();
}

// Whether a module is a ConvNeXt without heads: it has these parts, and no other backbone has.
bool is_convnext(const torch::jit::Module& module) {
  return module.hasattr("stem") && module.hasattr("stages") && module.hasattr("head");
}

// Initialises a module and its children. `name`: its name in its parent.
void visit(const torch::jit::Module& module, const std::string& name, bool in_convnext,
           at::Generator& generator) {
  in_convnext |= is_convnext(module);
  if (module.hasattr("running_var"))
    start_batch_norm(module);
  else if (module.hasattr("weight") && in_convnext)
    draw_convnext(module, name, generator);
  else if (module.hasattr("weight"))
    draw(module, is_inceptions(module, name), generator);
  else if (module.hasattr("p"))
    module.attr("p").toTensor().fill_(kExponentStart);
  for (const auto& child : module.named_children()) visit(child.value, child.name, in_convnext, generator);
}

}  // namespace

void initialise(const torch::jit::Module& module, uint64_t seed) {
  const at::NoGradGuard no_gradients;
  at::Generator generator = at::detail::createCPUGenerator(seed);
  visit(module, "", false, generator);
}

}  // namespace deeplasia::network
