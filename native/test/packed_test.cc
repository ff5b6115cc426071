// Tests the passes over frozen graphs that leave a layer to oneDNN or fold it into its neighbour: the outputs
// are those of the graph as it was.
#include <ATen/Functions.h>

#include "check.h"
#include "graph/freeze.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::runtime::Precision;

namespace {

struct Frozen {
  torch::jit::Module before, after;
  std::string graph;  // of `after`
};

Frozen frozen(const torch::jit::Module& module) {
  Frozen result{module.clone(), module.clone(), ""};
  deeplasia::graph::settle(result.after, c10::kCPU);
  deeplasia::graph::freeze(result.after, c10::kCPU, Precision::float32);
  result.graph = result.after.get_method("forward").graph()->toString();
  return result;
}

int64_t count(const std::string& text, const std::string& part) {
  int64_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void expect_same(Frozen& of, const std::vector<c10::IValue>& inputs) {
  const at::NoGradGuard no_gradients;
  const at::Tensor expected = of.before.forward(inputs).toTensor(),
                   found = of.after.forward(inputs).toTensor();
  EXPECT_EQUAL(found.sizes(), expected.sizes());
  EXPECT(largest_difference(found, expected) <= 1e-5 * std::max(1.0, expected.abs().max().item<double>()));
}

// Two convolutions with some code behind the first, whose output is y.
Frozen convolutions(const std::string& code, const std::string& arguments = "[1, 1], [1, 1], [1, 1], 1",
                    int64_t channels = 6, int64_t groups = 1) {
  at::manual_seed(5);
  torch::jit::Module module("module");
  module.register_parameter("w", at::randn({6, channels / groups, 3, 3}), false);
  module.register_parameter("b", at::randn({6}), false);
  module.register_parameter("v", at::randn({6, channels, 1, 1}), false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n    y = torch.conv2d(x, self.w, self.b, " +
                arguments + ")\n" + code);
  module.eval();
  return frozen(module);
}

void check(const std::string& code, int64_t packed, int64_t left) {
  Frozen of = convolutions(code);
  EXPECT_EQUAL(count(of.graph, "deeplasia::onednn("), packed);
  EXPECT_EQUAL(count(of.graph, "aten::relu") + count(of.graph, "aten::add"), left);
  for (const int64_t side : {7, 12, 7}) expect_same(of, {at::randn({2, 6, side, 9})});
}

const std::string kOther = "    z = torch.conv2d(x, self.v, None, [1, 1], [0, 0], [1, 1], 1)\n";

}  // namespace

TEST(convolutions_take_the_sum_and_the_activation_behind_them) {
  check("    return torch.relu(y)\n", 1, 0);
  check("    return torch.relu_(y)\n", 1, 0);
  check("    return torch.silu(y)\n", 1, 0);
  check("    return torch.relu(y + x)\n", 1, 0);
  check("    return torch.relu(x + y)\n", 1, 0);
  check(kOther + "    return torch.relu_(y.add_(z))\n", 2, 0);
  check("    return y + 2.0\n", 1, 0);  // libtorch adds it to the bias
  check("    return torch.add(y, x, alpha=3)\n", 1, 1);
  check("    return torch.relu(y) + y\n", 1, 2);  // the activation is not the only reader
  check("    return torch.relu(y + torch.mean(x, [2, 3], True))\n", 1, 0);  // broadcast: in steps
}

TEST(what_is_written_in_place_is_read_before) {
  // the sum is written into z, which is read again
  check(kOther + "    z.add_(y)\n    return torch.relu(z)\n", 2, 2);
  // x changes between the convolution and what follows it
  check(
      "    x = x.clone()\n    y = torch.conv2d(x, self.w, self.b, [1, 1], [1, 1], [1, 1], 1)\n    "
      "x.add_(1.0)\n"
      "    return torch.relu(y) * x\n",
      1, 2);
}

TEST(code_that_depends_on_the_layout_gets_it) {
  Frozen viewed = convolutions("    return torch.relu(y).view(y.size(0), -1)\n");
  EXPECT_EQUAL(count(viewed.graph, "deeplasia::onednn("), 1);
  expect_same(viewed, {at::randn({2, 6, 7, 9})});
  Frozen strided = convolutions("    return torch.as_strided(torch.relu(y), [4, 9], [9, 1])\n");
  EXPECT_EQUAL(count(strided.graph, "deeplasia::onednn("), 0);
  expect_same(strided, {at::randn({2, 6, 7, 9})});
}

TEST(convolutions_of_every_shape_are_packed) {
  for (const auto& [arguments, channels, groups] :
       std::vector<std::tuple<std::string, int64_t, int64_t>>{{"[2, 1], [0, 2], [1, 1], 1", 6, 1},
                                                              {"[1, 1], [2, 2], [2, 2], 1", 1, 1},
                                                              {"[1, 1], [1, 1], [1, 1], 6", 6, 6}}) {
    Frozen of = convolutions("    return torch.relu(y)\n", arguments, channels, groups);
    EXPECT_EQUAL(count(of.graph, "deeplasia::onednn("), 1);
    for (const int64_t batch : {1, 3}) expect_same(of, {at::randn({batch, channels, 9, 8})});
  }
}

TEST(response_norms_of_convnext_are_folded) {
  deeplasia::network::NetworkConfig config;
  config.backbone = "convnextv2-atto";
  auto module = small_network(config);
  module.eval();
  Frozen of = frozen(module);
  EXPECT_EQUAL(count(of.graph, "deeplasia::response_linear("), 12);
  EXPECT_EQUAL(count(of.graph, "aten::linalg_vector_norm"), 0);
  at::manual_seed(6);
  const at::NoGradGuard no_gradients;
  for (const int64_t batch : {1, 3}) {
    const std::vector<c10::IValue> inputs{at::randn({batch, 1, 64, 96}), everyone(batch, 1)};
    const auto expected = of.before.forward(inputs).toTuple()->elements()[0].toTensor();
    const auto found = of.after.forward(inputs).toTuple()->elements()[0].toTensor();
    EXPECT(largest_difference(found, expected) <= 1e-4 * std::max(1.0, expected.abs().max().item<double>()));
  }
}
