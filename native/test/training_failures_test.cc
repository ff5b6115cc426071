// Tests steps that fail and steps whose numbers are not finite: they change nothing.
#include <torch/csrc/jit/api/module.h>

#include "check.h"
#include "failures.h"
#include "trainers.h"
#include "training/trainer.h"

using namespace deeplasia::test;
using namespace deeplasia::training;
using deeplasia::network::State;

namespace {

/// Makes a module of one parameter, (x) -> age, by an expression of m, the means of x, and self.w.
torch::jit::Module one_weight(const std::string& expression) {
  deeplasia::network::Author author;
  deeplasia::network::Parts parts;
  parts.parameters = {{"w", at::ones({1})}};
  parts.methods =
      "def forward(self, x: Tensor) -> Tensor:\n    m = x.mean([1, 2, 3])\n    return " + expression + "\n";
  return author.module("OneWeight", parts);
}

Examples examples_of_value(float value) {
  return {at::full({2, 1, 4, 4}, value), {}, std::vector<float>{0, 0}, {}};
}

}  // namespace

TEST(a_step_that_is_not_finite_changes_nothing_and_reports_it) {
  TrainerOptions options = trainer_options();
  options.ema_decay = 0.9;
  options.accumulation = 2;
  Trainer trainer(tiny_network(Tiny::whole), options);
  trainer.step(tiny_examples(4), 0.1, true);
  const State before = copied(trainer.state().tensors);
  Examples bad = tiny_examples(4);
  bad.x[1].fill_(NAN);
  const StepResult result = trainer.step(bad, 0.1, true);
  EXPECT(result.non_finite == NonFinite::loss);
  EXPECT(!result.updated);
  EXPECT(std::isnan(result.prediction.loss->total));
  expect_same(trainer.state().tensors, before);

  trainer.step(tiny_examples(4), 0.1);  // its gradients are dropped with those of the next step
  trainer.step(bad, 0.1);
  for (const auto& [name, tensor] : trainer.state().tensors) EXPECT(!name.starts_with("gradient."));
  EXPECT(trainer.step(tiny_examples(4), 0.1, true).updated);
}

TEST(gradients_that_are_not_finite_make_no_update) {
  Trainer trainer(one_weight("m * 0 + (self.w - 1).sqrt()"),
                  trainer_options());  // the root's slope at 0 is infinite
  const StepResult result = trainer.step(examples_of_value(1), 0.1);
  EXPECT(result.non_finite == NonFinite::gradients);
  EXPECT_EQUAL(result.prediction.loss->total, 0);
  EXPECT_EQUAL(find(trainer.module().state(), "w").item<double>(), 1);
}

TEST(a_step_that_fails_gives_its_reason_and_changes_nothing) {
  Trainer trainer(one_weight("(m if bool(m.sum() < 1) else torch.zeros([3])) * self.w"), trainer_options());
  EXPECT(trainer.step(examples_of_value(0.25), 0.1).updated);
  const State before = copied(trainer.state().tensors);
  EXPECT_EQUAL(
      failure([&] { trainer.step(examples_of_value(2), 0.1); }),
      "ERR_DEEPLASIA_MODEL_SHAPE: the model's age output has shape [3] for 2 picture(s); one value per "
      "picture is expected");
  Examples with_sex = examples_of_value(0.25);
  with_sex.sex = std::vector<float>{0, 1};
  EXPECT(failure([&] {
           trainer.step(with_sex, 0.1);
         }).starts_with("ERR_DEEPLASIA_MODEL_FORWARD: the model's forward takes 1 input"));
  expect_same(trainer.state().tensors, before);
}

TEST(a_network_that_does_not_depend_on_its_weights_cannot_learn) {
  Trainer trainer(one_weight("m"), trainer_options());
  EXPECT(failure([&] {
           trainer.step(examples_of_value(1), 0.1);
         }).starts_with("ERR_DEEPLASIA_MODEL_FORWARD: the model's backward failed: "));
}
