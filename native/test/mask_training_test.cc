// Learning to mark a hand: the loss, and what a trainer makes of it.
#include "training/mask_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "check.h"
#include "failures.h"
#include "network/initialise.h"
#include "network/mask_network.h"
#include "parity.h"
#include "trainers.h"

using namespace deeplasia::test;
using namespace deeplasia::training;

namespace {

// Two pictures with a bright disc each, and the discs.
Examples discs() {
  const at::Tensor line = at::arange(32.0, at::kFloat);
  const at::Tensor left = ((line - 10).square().view({32, 1}) + (line - 12).square()).lt(49.0);
  const at::Tensor right = ((line - 20).square().view({32, 1}) + (line - 18).square()).lt(64.0);
  const at::Tensor mask = at::stack({left, right}).unsqueeze(1).to(at::kFloat);
  Examples examples{mask * 0.6 + 0.1 * pictures(3, 2, 32, 32), {}, {}, {}};
  examples.mask = mask;
  return examples;
}

torch::jit::Module small_mask_network() {
  torch::jit::Module module = deeplasia::network::build_mask_network({4, 3});
  deeplasia::network::initialise(module, 5);
  return module;
}

// Logits under which every pixel's probability is `p`.
at::Tensor even_logits(double p) {
  return at::stack({at::zeros({2, 4, 4}), at::full({2, 4, 4}, std::log(p / (1 - p)))}, 1);
}

}  // namespace

TEST(the_mask_loss_is_dice_and_cross_entropy) {
  // A quarter of 16 pixels is lit in the first picture, none in the second; p everywhere.
  at::Tensor mask = at::zeros({2, 1, 4, 4});
  mask[0][0][0] = 1;
  const double p = 0.3;
  const double cross_entropy = -(4 * std::log(p) + 28 * std::log(1 - p)) / 32;
  const double first = (2 * 4 * p + 1) / (16 * p + 4 + 1), second = 1 / (16 * p + 1);
  const double expected = cross_entropy + 1 - (first + second) / 2;
  EXPECT(std::abs(mask_loss(even_logits(p), mask).item<double>() - expected) < 1e-6);
}

TEST(dice_counts_pixels_that_are_likely_the_hand) {
  at::Tensor mask = at::zeros({2, 1, 4, 4});
  mask[0][0][0] = 1;
  const at::Tensor above = dice(even_logits(0.51), mask), below = dice(even_logits(0.49), mask);
  EXPECT(std::abs(above[0].item<double>() - 2.0 * 4 / (16 + 4)) < 1e-6);
  EXPECT(above[1].item<double>() < 1e-6);
  EXPECT(below[0].item<double>() < 1e-6);
  EXPECT(std::abs(below[1].item<double>() - 1) < 1e-6);
}

// Central differences in double precision: no formula of a gradient takes part.
TEST(the_gradients_of_the_mask_loss_are_its_slopes) {
  const at::Tensor logits = (2 * pictures(5, 2 * 2, 4, 4).to(at::kDouble) - 1).reshape({2, 2, 4, 4});
  at::Tensor mask = at::zeros({2, 1, 4, 4}, at::kDouble);
  mask[0][0][0] = 1;
  const at::Tensor learning = logits.clone().requires_grad_();
  mask_loss(learning, mask).backward();
  const double h = 1e-6;
  for (int64_t i = 0; i < logits.numel(); i += 5) {
    at::Tensor up = logits.clone(), down = logits.clone();
    up.view(-1)[i] += h;
    down.view(-1)[i] -= h;
    const double slope = (mask_loss(up, mask) - mask_loss(down, mask)).item<double>() / (2 * h);
    EXPECT(std::abs(learning.grad().view(-1)[i].item<double>() - slope) < 1e-8);
  }
}

TEST(the_gradients_of_a_mask_network_are_its_slopes) {
  torch::jit::Module module = deeplasia::network::build_mask_network({2, 3});
  deeplasia::network::initialise(module, 3);
  module.to(at::kDouble);
  module.train();
  const at::Tensor x = pictures(4, 2, 32, 32).to(at::kDouble);
  const at::Tensor mask = x.gt(0.6).to(at::kDouble);
  const auto loss = [&] { return mask_loss(module.forward({x}).toTensor(), mask); };
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  loss().backward();
  const double h = 1e-6;
  int64_t compared = 0;
  for (const auto& parameter : module.named_parameters()) {
    const at::Tensor weight = parameter.value.detach().view(-1)[0];
    const double gradient = parameter.value.grad().view(-1)[0].item<double>();
    const double before = weight.item<double>();
    const auto at = [&](double value) {
      const at::NoGradGuard no_gradients;
      weight.fill_(value);
      return loss().item<double>();
    };
    const double slope = (at(before + h) - at(before - h)) / (2 * h);
    at(before);
    EXPECT(std::abs(gradient - slope) < 1e-6 + 1e-4 * std::abs(slope));
    ++compared;
  }
  EXPECT(compared > 100);
}

TEST(a_mask_network_learns) {
  TrainerOptions options = trainer_options();
  options.threads = 1;  // these tensors are too small to be worth two
  Trainer trainer(small_mask_network(), options);
  const Examples examples = discs();
  const double before = trainer.step(examples, 0.01).prediction.loss->total;
  for (int i = 0; i < 60; ++i) trainer.step(examples, 0.01);
  const StepResult result = trainer.step(examples, 0.01);
  EXPECT(result.prediction.age.empty());
  EXPECT(result.prediction.loss->total < before / 3);
  EXPECT_EQUAL(result.prediction.dice->size(), 2U);
  for (const float value : *result.prediction.dice) EXPECT(value > 0.9);
  const Prediction seen = trainer.evaluate({examples.x, {}, {}, {}});
  EXPECT(!seen.loss && !seen.dice);
}

TEST(an_age_and_a_mask_are_not_mixed_up) {
  Trainer masks(small_mask_network(), trainer_options());
  Examples ages = discs();
  ages.mask = at::Tensor();
  ages.age = std::vector<float>{0, 1};
  EXPECT_EQUAL(failure([&] { masks.step(ages, 0.01); }),
               "ERR_DEEPLASIA_MODEL_SHAPE: the model returns a mask, not an age");
  Trainer tiny(tiny_network(Tiny::plain), trainer_options());
  Examples marked = discs();
  marked.sex = std::vector<float>{0, 1};
  EXPECT_EQUAL(failure([&] { tiny.step(marked, 0.01); }),
               "ERR_DEEPLASIA_MODEL_SHAPE: the model returns no mask, [B, 2, H, W]");
}
