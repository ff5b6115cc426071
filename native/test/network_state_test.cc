// Tests that fresh weights follow the documented distributions, and that other tensors are taken by name or
// refused.
#include "network/state.h"

#include <torch/csrc/jit/api/module.h>

#include <cmath>

#include "check.h"
#include "network/initialise.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::network::assign;
using deeplasia::network::build;
using deeplasia::network::initialise;
using deeplasia::network::Mismatch;
using deeplasia::network::NetworkConfig;
using deeplasia::network::State;
using deeplasia::network::state;

namespace {

NetworkConfig with_backbone(const char* name) {
  NetworkConfig config;
  config.backbone = name;
  return config;
}

/// Returns the tensors of a freshly initialised network.
State fresh(const NetworkConfig& config, uint64_t seed) {
  const torch::jit::Module module = build(config);
  initialise(module, seed);
  return state(module);
}

at::Tensor find(const State& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return tensor.detach();
  throw std::runtime_error("no tensor " + name);
}

/// Checks that values are uniform on (-bound, bound): extremes, and mean and variance within 6 standard
/// errors.
void check_uniform(const at::Tensor& values, double bound, const std::string& name) {
  const double count = static_cast<double>(values.numel());
  const at::Tensor v = values.to(at::kDouble);
  const double variance = bound * bound / 3;
  const bool fits =
      v.abs().max().item<double>() <= bound * (1 + 1e-6) &&
      v.abs().max().item<double>() > bound * (1 - 20 / count) &&
      std::abs(v.mean().item<double>()) < 6 * std::sqrt(variance / count) &&
      std::abs(v.square().mean().item<double>() - variance) < 6 * variance * std::sqrt(0.8 / count);
  if (!fits) EXPECT_EQUAL(name, "uniform on +-" + std::to_string(bound));
}

}  // namespace

TEST(fresh_layers_have_pytorch_s_distributions) {
  NetworkConfig config;
  config.explicit_sex_classifier = {64};
  const State tensors = fresh(config, 1);
  for (const auto& [name, tensor] : tensors) {
    if (tensor.dim() < 2 || tensor.numel() < 200) continue;
    check_uniform(tensor.detach(), std::sqrt(static_cast<double>(tensor.size(0)) / tensor.numel()), name);
  }
  check_uniform(find(tensors, "backbone.base._blocks.15._se_expand.bias"), std::sqrt(1.0 / 48), "se bias");
  check_uniform(find(tensors, "dense.dense_blocks.0.bias"), std::sqrt(1.0 / (1280 + 32)), "dense bias");
}

TEST(fresh_batch_norms_change_nothing) {
  for (const char* backbone : {"efficientnet-b0", "inceptionv3"}) {
    for (const auto& [name, tensor] : fresh(with_backbone(backbone), 1)) {
      const bool is_norm =
          name.find("bn") != std::string::npos || name.find("features.1.") != std::string::npos;
      if (!is_norm) continue;
      const bool is_one = name.ends_with(".weight") || name.ends_with(".running_var");
      EXPECT(at::equal(tensor.detach(), is_one ? at::ones_like(tensor) : at::zeros_like(tensor)));
    }
  }
}

TEST(fresh_inception_convolutions_are_normal_but_for_the_new_stem) {
  const State tensors = fresh(with_backbone("inceptionv3"), 1);
  check_uniform(find(tensors, "backbone.features.0.weight"), 1.0 / 3, "stem");
  double count = 0, sum = 0, squares = 0, beyond = 0;
  for (const auto& [name, tensor] : tensors) {
    if (!name.ends_with(".conv.weight")) continue;
    const at::Tensor v = tensor.detach().to(at::kDouble);
    count += static_cast<double>(v.numel());
    sum += v.sum().item<double>();
    squares += v.square().sum().item<double>();
    beyond += (v.abs() > 0.2).sum().item<double>();
  }
  EXPECT(count > 2e7);
  EXPECT(std::abs(sum / count) < 6 * 0.1 / std::sqrt(count));
  EXPECT(std::abs(squares / count - 0.01) < 6 * 0.01 * std::sqrt(2 / count));
  EXPECT(std::abs(beyond / count - std::erfc(std::sqrt(2.0))) <
         1e-3);  // two standard deviations: not truncated there
}

TEST(a_seed_decides_every_weight) {
  const auto weight = [](uint64_t seed) { return find(fresh({}, seed), "backbone.base._conv_head.weight"); };
  EXPECT(at::equal(weight(1), weight(1)));
  EXPECT(!at::equal(weight(1), weight(2)));
}

TEST(the_loss_weights_come_last_and_have_the_given_start) {
  NetworkConfig config;
  config.learnable_sigma = {1.0, 0.25};
  const State tensors = fresh(config, 1);
  EXPECT_EQUAL(tensors.back().first, "loss.s");
  EXPECT(at::equal(tensors.back().second.detach(), at::tensor({1.0F, 0.25F})));
}

TEST(tensors_are_taken_by_name_in_the_network_s_own_type) {
  const torch::jit::Module module = build({});
  State values = rule_made(state(module), 3, 1);
  std::reverse(values.begin(), values.end());
  for (auto& [name, tensor] : values) tensor = tensor.to(tensor.is_floating_point() ? at::kHalf : at::kInt);
  EXPECT(assign(module, values).empty());
  for (const auto& [name, tensor] : state(module)) {
    const bool is_count = name.ends_with("tracked");
    EXPECT_EQUAL(tensor.scalar_type(), is_count ? at::kLong : at::kFloat);
    EXPECT(at::equal(tensor.detach(), find(values, name).to(tensor.scalar_type())));
  }
}

TEST(tensors_that_do_not_fit_change_nothing_and_are_named) {
  const torch::jit::Module module = small_network();
  const at::Tensor before = find(state(module), "dense.fc_boneage.weight").clone();
  State values = rule_made(state(module), 3, 1);
  values.front() = {"backbone.base._fc.weight", at::zeros({1000, 1280})};  // instead of the stem's weight
  values.back().second = at::zeros({2});                                   // dense.fc_sex.bias
  const Mismatch mismatch = assign(module, values);
  EXPECT_EQUAL(mismatch.missing.size(), 1U);
  EXPECT_EQUAL(mismatch.missing.at(0), "backbone.base._conv_stem.weight");
  EXPECT_EQUAL(mismatch.unexpected.size(), 1U);
  EXPECT_EQUAL(mismatch.unexpected.at(0), "backbone.base._fc.weight");
  EXPECT_EQUAL(mismatch.shapes.size(), 1U);
  EXPECT_EQUAL(mismatch.shapes.at(0).name, "dense.fc_sex.bias");
  EXPECT_EQUAL(at::IntArrayRef(mismatch.shapes.at(0).wanted), at::IntArrayRef({1}));
  EXPECT_EQUAL(at::IntArrayRef(mismatch.shapes.at(0).offered), at::IntArrayRef({2}));
  EXPECT(at::equal(find(state(module), "dense.fc_boneage.weight"), before));
}
