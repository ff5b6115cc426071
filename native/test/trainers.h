#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>

#include "check.h"
#include "network/author.h"
#include "training/trainer.h"

// Networks of a few weights and their trainers, for tests.
namespace deeplasia::test {

/// Returns PyTorch's defaults of Adam, without weight decay, clipping, accumulation or average.
inline training::TrainerOptions trainer_options() {
  training::TrainerOptions options{};
  options.precision = runtime::Precision::float32;
  options.seed = 42;
  options.optimizer.kind = training::OptimizerOptions::Kind::adam;
  options.optimizer.beta1 = 0.9;
  options.optimizer.beta2 = 0.999;
  options.optimizer.eps = 1e-8;
  options.clipping = {training::Clipping::Kind::none, 0};
  options.accumulation = 1;
  options.age_weight = 1;
  return options;
}

/// Convolution alone, with batch norm, or with batch norm and dropout.
enum class Tiny { plain, norm, whole };

/// Makes a network with the weights `body.weight` [4, 1, 3, 3] and `head.weight` [2, 4]; (x [B, 1, H, W],
/// male) -> (age, sex_logit).
inline torch::jit::Module tiny_network(Tiny kind) {
  network::Author author;
  network::Parts body, head, whole;
  body.parameters = {{"weight", at::sin(at::arange(36.0, at::kFloat)).view({4, 1, 3, 3})}};
  body.buffers = {{"mean", at::zeros({4})}, {"variance", at::ones({4})}};
  body.methods = R"(
def forward(self, x: Tensor) -> Tensor:
    x = torch.conv2d(x, self.weight, None, [2, 2], [1, 1]))";
  if (kind != Tiny::plain)
    body.methods += R"(
    x = torch.batch_norm(x, None, None, self.mean, self.variance, self.training, 0.1, 1e-5, False))";
  if (kind == Tiny::whole)
    body.methods += R"(
    x = torch.dropout(x, 0.5, self.training))";
  body.methods += "\n    return torch.silu(x).mean([2, 3])\n";
  head.parameters = {{"weight", at::cos(at::arange(8.0, at::kFloat)).view({2, 4})}};
  head.methods = "def forward(self, x: Tensor) -> Tensor:\n    return torch.linear(x, self.weight)\n";
  whole.children = {{"body", author.module("Body", body)}, {"head", author.module("Head", head)}};
  whole.methods = R"(
def forward(self, x: Tensor, male: Tensor) -> Tuple[Tensor, Tensor]:
    x = self.head.forward(self.body.forward(x))
    return x[:, 0:1] + 0.1 * male, x[:, 1:2]
)";
  return author.module("Tiny", whole);
}

/// Returns made-up examples `first`, `first` + 1, ….
inline training::Examples tiny_examples(int64_t count, int64_t first = 0) {
  training::Examples examples;
  const int64_t elements = 8 * 8;
  const at::Tensor t = at::arange(static_cast<double>(first * elements),
                                  static_cast<double>((first + count) * elements), at::kFloat);
  examples.x = at::sin(t * t * 0.01).view({count, 1, 8, 8});
  examples.age.emplace();
  examples.male.emplace();
  for (int64_t i = first; i < first + count; ++i) {
    examples.age->push_back(std::sin(3.0F * static_cast<float>(i)));
    examples.male->push_back(static_cast<float>(i % 2));
  }
  examples.sex = examples.male;
  return examples;
}

/// Checks that two states have the same tensors, bit for bit.
inline void expect_same(const network::State& actual, const network::State& expected) {
  EXPECT_EQUAL(actual.size(), expected.size());
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    EXPECT_EQUAL(actual[i].first, expected[i].first);
    if (!at::equal(actual[i].second.detach(), expected[i].second.detach()))
      EXPECT_EQUAL(actual[i].first + " is not the same", "");
  }
}

inline network::State copied(network::State state) {
  for (auto& [name, tensor] : state) tensor = tensor.detach().clone();
  return state;
}

inline at::Tensor find(const network::State& state, const std::string& name) {
  for (const auto& [key, tensor] : state)
    if (key == name) return tensor.detach();
  throw std::runtime_error("no tensor " + name);
}

}  // namespace deeplasia::test
