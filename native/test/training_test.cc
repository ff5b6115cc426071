// Tests what a step does besides the arithmetic: accumulation, averaging, freezing, random numbers.
#include "training/trainer.h"

#include <torch/csrc/jit/api/module.h>

#include "check.h"
#include "failures.h"
#include "networks.h"
#include "trainers.h"

using namespace deeplasia::test;
using namespace deeplasia::training;
using deeplasia::network::State;

namespace {

State weights_after(const TrainerOptions& options, const std::vector<Examples>& steps,
                    bool update_now = false) {
  Trainer trainer(tiny_network(Tiny::plain), options);
  for (const Examples& examples : steps) trainer.step(examples, 0.01, update_now);
  return trainer.module().state();
}

double largest_difference(const State& a, const State& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, (a[i].second - b[i].second).abs().max().item<double>());
  return worst;
}

}  // namespace

TEST(accumulating_two_steps_is_one_step_of_twice_the_size) {
  TrainerOptions two = trainer_options();
  two.optimizer.kind = OptimizerOptions::Kind::sgd;
  TrainerOptions one = two;
  two.accumulation = 2;
  const State gathered = weights_after(two, {tiny_examples(3, 0), tiny_examples(3, 3)});
  EXPECT(largest_difference(gathered, weights_after(one, {tiny_examples(6, 0)})) < 1e-6);
  EXPECT(largest_difference(gathered, weights_after(one, {})) > 1e-4);
}

TEST(an_update_happens_when_it_is_due_or_requested) {
  TrainerOptions options = trainer_options();
  options.accumulation = 3;
  Trainer trainer(tiny_network(Tiny::plain), options);
  std::string updates;
  for (const bool now : {false, false, false, false, true, false, false, false}) {
    const StepResult result = trainer.step(tiny_examples(2), 0.01, now);
    EXPECT_EQUAL(result.updated, result.gradient_norm.has_value());
    updates += result.updated ? "u" : ".";
  }
  EXPECT_EQUAL(updates, "..u.u..u");
}

TEST(the_average_follows_the_weights_and_copies_the_buffers) {
  TrainerOptions options = trainer_options();
  options.ema_decay = 0.75;
  Trainer trainer(tiny_network(Tiny::whole), options);
  at::Tensor average = find(trainer.module().state(), "head.weight").clone();
  for (int64_t i = 0; i < 3; ++i) {
    trainer.step(tiny_examples(4, 4 * i), 0.1);
    average = 0.75 * average + 0.25 * find(trainer.module().state(), "head.weight");
  }
  const State state = trainer.state().tensors;
  EXPECT(at::allclose(find(state, "average.head.weight"), average, 1e-6, 1e-7));
  EXPECT(at::equal(find(state, "average.body.mean"), find(state, "model.body.mean")));
  EXPECT(find(state, "model.body.mean").abs().sum().item<double>() > 0);

  const Examples examples = tiny_examples(2);
  torch::jit::Module by_hand = tiny_network(Tiny::whole);
  by_hand.attr("head").toModule().setattr("weight", find(state, "average.head.weight"));
  for (const char* name : {"weight", "mean", "variance"})
    by_hand.attr("body").toModule().setattr(name, find(state, std::string("average.body.") + name));
  by_hand.eval();
  const at::Tensor male = at::tensor(*examples.sex).view({-1, 1});
  const at::Tensor expected = by_hand.forward({examples.x, male}).toTuple()->elements()[0].toTensor();
  const Prediction averaged = trainer.evaluate(examples, true), plain = trainer.evaluate(examples);
  for (const int64_t i : {0, 1}) {
    EXPECT(std::abs(averaged.age[i] - expected[i].item<float>()) < 1e-6);
    EXPECT(std::abs(averaged.age[i] - plain.age[i]) > 1e-4);
  }
}

TEST(an_average_that_is_not_kept_cannot_be_used) {
  Trainer trainer(tiny_network(Tiny::plain), trainer_options());
  EXPECT(failure([&] {
           trainer.evaluate(tiny_examples(1), true);
         }).starts_with("ERR_DEEPLASIA_OPTION: no average"));
}

TEST(frozen_parameters_and_their_buffers_do_not_change) {
  TrainerOptions options = trainer_options();
  options.optimizer.weight_decay = 0.1;
  options.frozen = {"body.*"};
  Trainer trainer(tiny_network(Tiny::whole), options);
  const State before = copied(trainer.module().state());
  trainer.step(tiny_examples(4), 0.1);
  for (const auto& [name, tensor] : trainer.module().state())
    EXPECT_EQUAL(at::equal(tensor.detach(), find(before, name)), name != "head.weight");
  for (const auto& [name, tensor] : trainer.optimizer().state()) EXPECT(name.starts_with("head.weight."));
}

TEST(residual_blocks_are_skipped_at_the_given_rate) {
  const at::NoGradGuard no_gradients;
  deeplasia::network::NetworkConfig config;
  config.dropout = 0;
  TrainableModule module(small_network(config), at::kCPU, {});
  module.train(true);
  const at::Tensor x = pictures(1, 3, 64, 64);
  const auto age = [&](uint64_t seed) {
    at::manual_seed(seed);
    return module.forward(x, std::vector<float>(3, 1)).age;
  };
  EXPECT(!at::equal(age(1), age(2)));  // the rate of a fresh network is 0.2
  module.set_drop_connect(0);
  EXPECT(at::equal(age(1), age(2)));
  module.set_drop_connect(0.9);
  EXPECT(!at::equal(age(1), age(2)));
  module.train(false);
  EXPECT(at::equal(age(1), age(2)));

  TrainerOptions options = trainer_options();
  options.drop_connect = 0;
  EXPECT(failure([&] {
           Trainer(tiny_network(Tiny::plain), options);
         }).starts_with("ERR_DEEPLASIA_OPTION: drop_connect"));
}

TEST(patterns_that_freeze_nothing_or_everything_are_refused) {
  const auto failed = [](const torch::jit::Module& module, const std::vector<std::string>& frozen) {
    TrainerOptions options = trainer_options();
    options.frozen = frozen;
    return failure([&] { Trainer(module, options); });
  };
  EXPECT_EQUAL(failed(tiny_network(Tiny::plain), {"body.*", "tail.*"}),
               "ERR_DEEPLASIA_OPTION: freeze: no parameter's name matches the pattern 'tail.*'");
  EXPECT_EQUAL(
      failed(tiny_network(Tiny::plain), {"*"}),
      "ERR_DEEPLASIA_OPTION: freeze: the patterns match all parameters, so there is nothing to train");
  const torch::jit::Module folded = [] {
    torch::jit::Module module = tiny_network(Tiny::plain);
    module.eval();
    return torch::jit::freeze(module);
  }();
  EXPECT_EQUAL(failed(folded, {}),
               "ERR_DEEPLASIA_OPTION: the model has no parameters: it was frozen when it was saved");
}

TEST(sixteen_bits_on_the_cpu_are_bfloat16) {
  TrainerOptions options = trainer_options();
  Trainer full(tiny_network(Tiny::plain), options);
  options.precision = deeplasia::runtime::Precision::bfloat16;
  Trainer half(tiny_network(Tiny::plain), options);
  const StepResult a = full.step(tiny_examples(4), 0.01), b = half.step(tiny_examples(4), 0.01);
  EXPECT(b.updated);
  const double difference = std::abs(a.prediction.loss->total - b.prediction.loss->total);
  EXPECT(difference > 0);
  EXPECT(difference < 0.02 * a.prediction.loss->total);
  for (const auto& [name, tensor] : half.module().state()) EXPECT_EQUAL(tensor.scalar_type(), at::kFloat);
  options.precision = deeplasia::runtime::Precision::float16;
  EXPECT(failure([&] {
           Trainer(tiny_network(Tiny::plain), options);
         }).starts_with("ERR_DEEPLASIA_DEVICE: 16-bit"));
}

TEST(random_numbers_depend_only_on_seed_and_step) {
  const auto ages = [](uint64_t seed, int64_t before) {
    TrainerOptions options = trainer_options();
    options.seed = seed;
    Trainer trainer(tiny_network(Tiny::whole), options);
    for (int64_t i = 0; i < before; ++i) trainer.step(tiny_examples(4), 0);
    at::rand({7});  // other code draws
    return trainer.step(tiny_examples(4), 0).prediction.age;
  };
  EXPECT(ages(1, 2) == ages(1, 2));
  EXPECT(ages(1, 2) != ages(2, 2));
  EXPECT(ages(1, 2) != ages(1, 3));
}
