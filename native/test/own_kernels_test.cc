// Tests which blocks of a frozen graph run in own kernels, and that they compute what libtorch does.
#include <ATen/Functions.h>

#include <algorithm>
#include <span>

#include "check.h"
#include "failures.h"
#include "inference/forward.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::inference::forward;
using deeplasia::inference::Model;
using deeplasia::inference::Want;
using deeplasia::network::NetworkConfig;
using deeplasia::runtime::Precision;

namespace {

std::shared_ptr<Model> adopt(const torch::jit::Module& module, bool optimize, int threads = 1,
                             Precision precision = Precision::float32) {
  return Model::adopt(module.clone(), {c10::Device(c10::kCPU), threads, precision, optimize, {}, {}});
}

at::Tensor noise(int64_t count, int64_t channels, int64_t height, int64_t width) {
  at::manual_seed(3);
  return at::randn({count, channels, height, width});
}

// A block in the words of some library: activation, mean, padding and sum as it writes them.
struct Words {
  std::string activation = "torch.silu(y)", mean = "torch.adaptive_avg_pool2d(y, [1, 1])", padding = "y",
              pads = "[1, 1]", dilation = "[1, 1]", sum = "torch.add(y, x)", last = "y";
};

torch::jit::Module block_of(const Words& words) {
  at::manual_seed(7);
  torch::jit::Module module("block");
  const auto add = [&](const char* name, at::IntArrayRef shape) {
    module.register_parameter(name, at::randn(shape) * (shape.size() > 1 ? 0.3 : 1.0), false);
  };
  add("w1", {48, 8, 1, 1}), add("b1", {48}), add("w2", {48, 1, 3, 3}), add("b2", {48}),
      add("w3", {2, 48, 1, 1});
  add("b3", {2}), add("w4", {48, 2, 1, 1}), add("b4", {48}), add("w5", {8, 48, 1, 1}), add("b5", {8});
  const std::string ones = ", [1, 1], [0, 0], [1, 1], 1)\n    ";
  module.define(
      "def forward(self, x: Tensor) -> Tensor:\n    "
      "y = torch.conv2d(x, self.w1, self.b1" +
      ones + "y = " + words.activation + "\n    y = " + words.padding +
      "\n    y = torch.conv2d(y, self.w2, self.b2, [1, 1], " + words.pads + ", " + words.dilation +
      ", 48)\n    y = " + words.activation + "\n    z = y\n    y = " + words.mean +
      "\n    y = torch.conv2d(y, self.w3, self.b3" + ones + "y = " + words.activation +
      "\n    y = torch.conv2d(y, self.w4, self.b4" + ones +
      "y = z * torch.sigmoid(y)\n    "
      "y = torch.conv2d(y, self.w5, self.b5" +
      ones + "y = " + words.sum + "\n    return " + words.last + "\n");
  module.eval();
  return module;
}

void check_block(const Words& words, int64_t blocks, int64_t convolutions) {
  const torch::jit::Module module = block_of(words);
  const auto plain = adopt(module, false), own = adopt(module, true, 2);
  EXPECT_EQUAL(plain->facts().frozen.blocks, 0);
  EXPECT_EQUAL(own->facts().frozen.blocks, blocks);
  EXPECT_EQUAL(own->facts().frozen.convolutions, convolutions);
  for (const int64_t side : {5, 13}) {
    const at::Tensor expected = plain->run({noise(3, 8, side, 9)}).toTensor();
    const at::Tensor found = own->run({noise(3, 8, side, 9)}).toTensor();
    EXPECT_EQUAL(found.sizes(), expected.sizes());
    EXPECT(largest_difference(found, expected) <= 1e-5 * expected.abs().max().item<double>());
  }
}

}  // namespace

TEST(blocks_of_other_libraries_run_in_own_kernels) {
  check_block({}, 1, 0);
  check_block({.activation = "y * torch.sigmoid(y)"}, 1, 0);  // efficientnet_pytorch, as it is traced
  check_block(
      {.activation = "torch.silu_(y)", .mean = "torch.mean(y, [2, 3], True)", .sum = "torch.add_(y, x)"}, 1,
      0);
  check_block({.padding = "torch.constant_pad_nd(y, [1, 1, 1, 1], 0.)", .pads = "[0, 0]"}, 1, 0);
  check_block({.sum = "y", .last = "torch.relu(y)"}, 1, 0);
  check_block({.sum = "torch.add(x, y)"}, 1, 0);
}

TEST(padding_by_other_than_zeros_stays_before_a_block_without_expansion) {
  check_block({.padding = "torch.constant_pad_nd(y, [1, 1, 1, 1], 0.5)", .pads = "[0, 0]"}, 1, 1);
}

TEST(what_is_no_inverted_bottleneck_stays) {
  check_block({.activation = "torch.relu(y)"}, 0, 5);
  check_block({.pads = "[2, 2]", .dilation = "[2, 2]"}, 0, 5);
  check_block({.mean = "torch.adaptive_max_pool2d(y, [1, 1])[0]"}, 0, 5);
  check_block({.sum = "y", .last = "y + z.mean()"}, 0, 5);          // the activations are read by others too
  check_block({.sum = "torch.add_(x, y)", .last = "y + x"}, 0, 5);  // the input is written
}

TEST(efficientnets_run_in_own_kernels_and_compute_the_same) {
  for (const auto& [backbone, blocks] : {std::pair{"efficientnet-b0", 17}, {"efficientnet-b4", 33}}) {
    NetworkConfig config;
    config.backbone = backbone;
    const torch::jit::Module module = small_network(config);
    const auto plain = adopt(module, false), one = adopt(module, true, 1), three = adopt(module, true, 3);
    EXPECT_EQUAL(one->facts().frozen.blocks, blocks);
    EXPECT_EQUAL(one->facts().frozen.convolutions, 0);
    const at::Tensor x = noise(4, 1, 67, 98);
    const std::vector<float> sexes{1, 0, 1, 0};
    const auto expected = forward(*plain, x, sexes, Want::features),
               found = forward(*one, x, sexes, Want::features);
    EXPECT(largest_difference(found.features, expected.features) <=
           1e-4 * expected.features.abs().max().item<double>());
    for (size_t i = 0; i < sexes.size(); ++i)
      EXPECT(std::abs(found.age[i] - expected.age[i]) <= 1e-4 * std::max(1.0F, std::abs(expected.age[i])));
    // The same bytes, whatever the batch and the number of threads.
    for (const auto& model : {one, three})
      for (int64_t i = 0; i < 4; ++i)
        for (const int64_t count : {int64_t{1}, int64_t{2}, 4 - i}) {
          if (i + count > 4) continue;
          const std::vector<float> some(sexes.begin() + i, sexes.begin() + i + count);
          const auto part = forward(*model, x.narrow(0, i, count), some, Want::features);
          EXPECT(at::equal(part.features, found.features.narrow(0, i, count)));
          EXPECT(std::ranges::equal(part.age, std::span(found.age).subspan(i, count)));
        }
  }
}

TEST(bf16_on_the_cpu_is_bf16) {
  const torch::jit::Module module = small_network();
  const std::vector<float> sex{1};
  const at::Tensor x = noise(1, 1, 64, 64);
  const auto full = forward(*adopt(module, true), x, sex, Want::features);
  const auto half = adopt(module, true, 1, Precision::bfloat16);
  EXPECT_EQUAL(half->facts().frozen.blocks, 0);
  const double difference =
      largest_difference(forward(*half, x, sex, Want::features).features, full.features) /
      full.features.abs().max().item<double>();
  EXPECT(difference > 1e-4 && difference < 0.1);  // of 8 bits; float32 is within 1e-6
}

TEST(own_kernels_refuse_pictures_that_do_not_fit) {
  const auto model = adopt(small_network(), true);
  const auto failed = [&](const at::Tensor& x) {
    return failure([&] { forward(*model, x, std::vector<float>{1}); });
  };
  const std::string start =
      "ERR_DEEPLASIA_MODEL_FORWARD: the model's forward failed: expected pictures of 1 channel(s) in "
      "float32 on the CPU, but got [1, ";
  EXPECT(failed(noise(1, 3, 64, 64)).starts_with(start + "3, 64, 64] in Float"));
  EXPECT(failed(noise(1, 1, 64, 64).to(at::kDouble)).starts_with(start + "1, 64, 64] in Double"));
}
