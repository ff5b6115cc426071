// Tests the layers of training that have a forward and a backward of our own: they compute what PyTorch's
// operators compute in double precision, and stand in the place of those operators wherever they can.
#include <ATen/Functions.h>
#include <torch/csrc/jit/api/function_impl.h>

#include <cstdlib>
#include <functional>
#include <map>

#include "check.h"
#include "fused/fuse.h"
#include "fused/layers.h"
#include "networks.h"

using namespace deeplasia::test;
namespace fused = deeplasia::fused;

namespace {

using Tensors = std::vector<at::Tensor>;
using Layer = std::function<at::Tensor(const Tensors&)>;

at::Tensor noise(at::IntArrayRef shape, double mean = 0) {
  return (at::randn(shape, at::kDouble) + mean).to(at::kFloat).to(at::kDouble);
}

Tensors leaves(const Tensors& values, at::ScalarType type) {
  Tensors copies;
  for (const at::Tensor& value : values) {
    const at::Tensor copy = value.to(type, /*non_blocking=*/false, /*copy=*/true);
    copies.push_back(
        (copy.dim() == 4 ? copy.contiguous(at::MemoryFormat::ChannelsLast) : copy).detach().requires_grad_());
  }
  return copies;
}

void expect_near(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_EQUAL(found.sizes(), expected.sizes());
  const double scale = std::max(1.0, expected.abs().max().item<double>());
  EXPECT((found.to(at::kDouble) - expected).abs().max().item<double>() <= 1e-5 * scale);
}

std::string node_of(const at::Tensor& out) { return out.grad_fn()->name(); }

// The layer in float32, which is our own (the node is named `own`, where that is seen), and in double, which
// is PyTorch's: outputs and all gradients.
void check(const Layer& layer, const Tensors& inputs, const std::string& own) {
  const Tensors single = leaves(inputs, at::kFloat), exact = leaves(inputs, at::kDouble);
  const at::Tensor found = layer(single), expected = layer(exact);
  EXPECT(own.empty() || node_of(found).find(own) != std::string::npos);
  EXPECT(own.empty() || node_of(expected).find(own) == std::string::npos);
  expect_near(found, expected);
  const at::Tensor gradient = noise(expected.sizes());
  found.backward(gradient.to(at::kFloat));
  expected.backward(gradient);
  for (size_t i = 0; i < inputs.size(); ++i) expect_near(single[i].grad(), exact[i].grad());
}

// In each code that this processor runs.
void in_each_code(const std::function<void()>& run) {
  for (const char* code : {"plain", "avx2", ""}) {
    setenv("DEEPLASIA_KERNELS", code, 1);
    run();
  }
  unsetenv("DEEPLASIA_KERNELS");
}

at::Tensor norm_of(const Tensors& inputs, bool silu, const at::Tensor& mean, const at::Tensor& variance) {
  return fused::norm(inputs[0], inputs[1], inputs[2], mean, variance, true, 0.1, 1e-3, true, silu);
}

}  // namespace

TEST(norms_with_silu_are_pytorch_s) {
  at::manual_seed(11);
  in_each_code([] {
    for (const int64_t channels : {4, 8, 24, 96})
      for (const bool silu : {false, true}) {
        // the mean is far from 0: sums of squares would lose digits
        const Tensors inputs{noise({3, channels, 7, 13}, 40), noise({channels}), noise({channels})};
        at::Tensor mean = at::zeros({channels}), variance = at::ones({channels});
        at::Tensor exact_mean = at::zeros({channels}, at::kDouble),
                   exact_variance = at::ones({channels}, at::kDouble);
        const auto layer = [&](const Tensors& given) {
          return given[0].scalar_type() == at::kFloat ? norm_of(given, silu, mean, variance)
                                                      : norm_of(given, silu, exact_mean, exact_variance);
        };
        check(layer, inputs, "Norm>");
        expect_near(mean, exact_mean);
        expect_near(variance, exact_variance);
      }
  });
}

TEST(depthwise_convolutions_are_pytorch_s) {
  at::manual_seed(12);
  const std::vector<std::vector<int64_t>> pads{{}, {0, 1, 0, 1}, {1, 1, 1, 0}};
  in_each_code([&] {
    for (const int64_t channels : {4, 16, 24, 40})
      for (const int64_t kernel : {3, 5, 7})
        for (const int64_t stride : {1, 2})
          for (const auto& pad : pads) {
            const auto layer = [&](const Tensors& given) {
              return fused::conv2d(given[0], pad, 0, given[1], {}, {stride, stride}, {0, 1}, {1, 1},
                                   channels);
            };
            check(layer, {noise({2, channels, 9, 14}), noise({channels, 1, kernel, kernel})}, "Convolve>");
          }
  });
}

TEST(depthwise_convolutions_of_pictures_below_the_kernel_and_with_a_bias_are_pytorch_s) {
  at::manual_seed(13);
  const auto layer = [&](const Tensors& given) {
    return fused::conv2d(given[0], {}, 0, given[1], {}, {1, 1}, {3, 3}, {1, 1}, 8);
  };
  check(layer, {noise({2, 8, 2, 3}), noise({8, 1, 7, 7})}, "Convolve>");
  const auto biased = [&](const Tensors& given) {
    return fused::conv2d(given[0], {}, 0, given[1], given[2], {2, 2}, {1, 1}, {1, 1}, 8);
  };
  check(biased, {noise({2, 8, 6, 5}), noise({8, 1, 3, 3}), noise({8})}, "");
}

TEST(squeeze_and_excite_is_pytorch_s) {
  at::manual_seed(14);
  const std::vector<int64_t> ones{1, 1}, none{0, 0};
  in_each_code([&] {
    const auto layer = [&](const Tensors& given) {
      return fused::squeeze_excite(given[0], ones, {given[1], given[2], ones, none, ones, 1},
                                   {given[3], given[4], ones, none, ones, 1});
    };
    const Tensors inputs{noise({3, 24, 6, 5}, 1), noise({4, 24, 1, 1}), noise({4}), noise({24, 4, 1, 1}),
                         noise({24})};
    check(layer, inputs, "SqueezeExcite>");
  });
}

TEST(layers_that_are_not_ours_run_in_pytorch) {
  at::manual_seed(15);
  const at::Tensor odd =
      noise({2, 5, 6, 6}).to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const at::Tensor rows = noise({2, 8, 6, 6}).to(at::kFloat).requires_grad_();
  const at::Tensor ours = rows.contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& x : {odd, rows}) {
    EXPECT_EQUAL(fused::is_ours(x), false);
    const at::Tensor weight = at::ones({x.size(1)}), kernel = at::ones({x.size(1), 1, 3, 3});
    const auto out = fused::norm(x, weight, weight, {}, {}, true, 0.1, 1e-3, true, true);
    EXPECT(at::equal(out, at::silu(at::batch_norm(x, weight, weight, {}, {}, true, 0.1, 1e-3, true))));
    const auto moved = fused::conv2d(x, {1, 1, 1, 1}, 2.0, kernel, {}, {1, 1}, {0, 0}, {1, 1}, x.size(1));
    EXPECT(at::equal(moved, at::conv2d(at::constant_pad_nd(x, {1, 1, 1, 1}, 2.0), kernel, {}, 1,
                                       at::IntArrayRef{0, 0}, 1, x.size(1))));
  }
  EXPECT(fused::is_ours(ours));
  // padded with another value than 0, and a norm that is not in training
  const at::Tensor kernel = at::ones({8, 1, 3, 3}), weight = at::ones({8});
  const auto padded = fused::conv2d(ours, {1, 1, 1, 1}, 2.0, kernel, {}, {1, 1}, {0, 0}, {1, 1}, 8);
  EXPECT(at::equal(padded, at::conv2d(at::constant_pad_nd(ours, {1, 1, 1, 1}, 2.0), kernel, {}, 1,
                                      at::IntArrayRef{0, 0}, 1, 8)));
  const auto fixed = fused::norm(ours, weight, weight, weight, weight, false, 0.1, 1e-3, true, true);
  EXPECT(at::equal(fixed,
                   at::silu(at::batch_norm(ours, weight, weight, weight, weight, false, 0.1, 1e-3, true))));
}

TEST(all_layers_of_an_efficientnet_are_fused) {
  const auto module = small_network();
  const auto before = module.get_method("forward").graph()->toString();
  const auto function = fused::fuse(module, "forward");
  const auto graph = torch::jit::toGraphFunction(*function).graph();
  std::map<std::string, int> counts;
  const std::function<void(torch::jit::Block*)> count = [&](torch::jit::Block* block) {
    for (torch::jit::Node* node : block->nodes()) {
      ++counts[node->kind().toQualString()];
      for (torch::jit::Block* inner : node->blocks()) count(inner);
    }
  };
  count(graph->block());
  EXPECT_EQUAL(counts["deeplasia::norm"], 49);
  EXPECT_EQUAL(counts["deeplasia::squeeze_excite"], 16);
  EXPECT_EQUAL(counts["deeplasia::conv2d"], 49);
  for (const char* kind : {"aten::batch_norm", "aten::conv2d", "aten::constant_pad_nd", "aten::sigmoid"})
    EXPECT_EQUAL(counts[kind], 0);
  EXPECT_EQUAL(module.get_method("forward").graph()->toString(), before);
}

TEST(fused_forwards_keep_the_defaults_of_their_arguments) {
  torch::jit::Module module("module");
  module.define("def forward(self, x: Tensor, male: Optional[Tensor] = None) -> Tensor:\n    return x\n");
  const auto function = fused::fuse(module, "forward");
  EXPECT(function->getSchema().arguments().back().default_value().has_value());
}
