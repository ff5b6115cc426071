// The mask network of the reference's service against what the reference's own code computed.
#include "network/mask_network.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <map>
#include <string>

#include "check.h"
#include "json.h"
#include "network/initialise.h"
#include "parity.h"

using namespace deeplasia::test;
using namespace deeplasia::network;

namespace {

std::string service_path(const std::string& name) {
  return std::string(DEEPLASIA_FIXTURES "/parity/service/") + name;
}

const Json& expected() {
  static const Json all = Json::read(service_path("service.json"));
  return all["mask_network"];
}

torch::jit::Module reference_network() {
  torch::jit::Module module =
      build_mask_network({expected()["num_filters"].integer(), expected()["kernel_size"][0].integer()});
  assign(module, rule_made(state(module), expected()["weight_seed"].integer(), expected()["gain"].number()));
  module.eval();
  return module;
}

}  // namespace

TEST(the_mask_network_computes_what_the_reference_computes) {
  const at::NoGradGuard no_gradients;
  at::Tensor x = pictures(1, 2, 128, 96);
  x = (x - x.min()) / (x.max() - x.min());
  const at::Tensor wanted = read_npy(service_path(expected()["logits"].text()));
  const at::Tensor found = reference_network().forward({x}).toTensor();
  EXPECT_EQUAL(found.sizes(), wanted.sizes());
  const double difference = (found - wanted).abs().max().item<double>();
  EXPECT(difference <= 1e-3 * expected()["logits_std"].number());
}

TEST(the_mask_network_s_state_is_the_reference_s) {
  const auto found = state(reference_network());
  const auto& tensors = expected()["state_dict"].items();
  EXPECT_EQUAL(found.size(), 205U);
  EXPECT_EQUAL(found.size(), tensors.size());
  for (size_t i = 0; i < std::min(found.size(), tensors.size()); ++i) {
    const auto& [name, tensor] = found[i];
    EXPECT_EQUAL(name, tensors[i][0].text());
    EXPECT_EQUAL(tensor.sizes(), at::IntArrayRef(tensors[i][1].integers()));
    const at::Tensor values = tensor.to(at::kDouble);
    const double sum = values.sum().item<double>(), squares = values.square().sum().item<double>();
    EXPECT(std::abs(sum - tensors[i][3].number()) <= 1e-9 * (1 + values.abs().sum().item<double>()));
    EXPECT(std::abs(squares - tensors[i][4].number()) <= 1e-9 * (1 + squares));
  }
}

TEST(a_mask_network_of_any_width_gives_two_logits_a_pixel) {
  const at::NoGradGuard no_gradients;
  for (const int64_t filters : {1, 8}) {
    torch::jit::Module module = build_mask_network({filters, 3});
    initialise(module, 7);
    const at::Tensor logits = module.forward({pictures(2, 2, 64, 48)}).toTensor();
    EXPECT_EQUAL(logits.sizes(), at::IntArrayRef({2, 2, 64, 48}));
    EXPECT(logits.isfinite().all().item<bool>());
  }
}

TEST(a_mask_network_widens_with_each_pooling) {
  const at::NoGradGuard no_gradients;
  torch::jit::Module module = build_mask_network({.filters = 3, .kernel = 3, .max_filters = 10});
  initialise(module, 7);
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : state(module)) tensors.emplace(name, tensor);
  const auto shape = [&](const std::string& name) {
    return tensors.at("backbone." + name + ".weight").sizes();
  };
  EXPECT_EQUAL(shape("encode1.conv2"), at::IntArrayRef({3, 3, 1, 1}));
  EXPECT_EQUAL(shape("encode2.conv0"), at::IntArrayRef({6, 3, 3, 3}));
  EXPECT_EQUAL(shape("encode3.conv0"), at::IntArrayRef({10, 6, 3, 3}));
  EXPECT_EQUAL(shape("bottleneck.conv1"), at::IntArrayRef({10, 10, 3, 3}));
  EXPECT_EQUAL(shape("decode3.conv2"), at::IntArrayRef({6, 10, 1, 1}));
  EXPECT_EQUAL(shape("decode1.conv1"), at::IntArrayRef({3, 3, 3, 3}));
  const at::Tensor logits = module.forward({pictures(2, 2, 64, 48)}).toTensor();
  EXPECT_EQUAL(logits.sizes(), at::IntArrayRef({2, 2, 64, 48}));
  EXPECT(logits.isfinite().all().item<bool>());
}

TEST(fresh_weights_are_drawn_as_pytorch_draws_them) {
  torch::jit::Module module = build_mask_network({});
  const at::NoGradGuard no_gradients;
  // Whatever the memory held before.
  for (const auto& [name, tensor] : state(module)) tensor.fill_(77);
  initialise(module, 7);
  for (const auto& [name, tensor] : state(module)) {
    if (name.find("prelu") != std::string::npos) EXPECT_EQUAL(tensor.item<float>(), 0.25F);
    if (name.find("conv") == std::string::npos || tensor.dim() < 4) continue;
    const double bound = 1 / std::sqrt(static_cast<double>(tensor[0].numel()));
    const double largest = tensor.abs().max().item<double>();
    EXPECT(largest <= bound && largest > 0.9 * bound);
  }
  const auto bias = state(module).back();
  EXPECT_EQUAL(bias.first, "backbone.classifier.conv.bias");
  EXPECT(bias.second.abs().max().item<double>() <= 1 / std::sqrt(32.0));
}
