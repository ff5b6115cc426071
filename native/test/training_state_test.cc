// Tests that training resumed from a file equals uninterrupted training, bit for bit.
#include "training/state_file.h"

#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <fstream>

#include "check.h"
#include "checkpoints.h"
#include "failures.h"
#include "networks.h"
#include "trainers.h"
#include "training/lightning.h"

using namespace deeplasia::training;
using deeplasia::network::State;
using deeplasia::test::copied;
using deeplasia::test::expect_same;
using deeplasia::test::failure;
using deeplasia::test::find;
using deeplasia::test::Tiny;
using deeplasia::test::tiny_examples;
using deeplasia::test::tiny_network;
using deeplasia::test::trainer_options;

namespace {

/// A temporary file, removed at the end of a test.
struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() / "deeplasia-state-test.safetensors").string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

TrainerOptions with_everything(OptimizerOptions::Kind kind) {
  TrainerOptions options = trainer_options();
  options.optimizer.kind = kind;
  options.optimizer.weight_decay = 0.01;
  options.optimizer.momentum = 0.9;
  options.optimizer.alpha = 0.99;
  options.clipping = {Clipping::Kind::norm, 0.5};
  options.accumulation = 2;
  options.ema_decay = 0.9;
  return options;
}

/// Compares steps 0 to 6 without a break and with a break after step 2, in the middle of an accumulation.
template <class Network, class ExamplesOf>
void check_resume(const Network& network, const TrainerOptions& options, ExamplesOf examples_of) {
  const TemporaryFile file;
  Trainer whole(network(), options), first(network(), options), second(network(), options);
  for (int64_t i = 0; i < 7; ++i) whole.step(examples_of(i), 0.01);
  for (int64_t i = 0; i < 3; ++i) first.step(examples_of(i), 0.01);
  write_state(file.path, first.state(), "position: 3");
  const SavedState saved = read_state(file.path);
  EXPECT_EQUAL(saved.notes, "position: 3");
  second.restore(saved.state);
  expect_same(second.state().tensors, first.state().tensors);
  for (int64_t i = 3; i < 7; ++i) second.step(examples_of(i), 0.01);
  expect_same(second.state().tensors, whole.state().tensors);
  EXPECT(second.state().facts == whole.state().facts);
}

std::string refused(const TrainingState& state, const TrainerOptions& options, Tiny kind = Tiny::whole) {
  Trainer trainer(tiny_network(kind), options);
  trainer.step(tiny_examples(4, 5), 0.1, true);
  const State before = copied(trainer.state().tensors);
  const std::string message = failure([&] { trainer.restore(state); });
  expect_same(trainer.state().tensors, before);
  return message;
}

}  // namespace

TEST(resumed_training_is_uninterrupted_training) {
  using Kind = OptimizerOptions::Kind;
  for (const Kind kind : {Kind::adam, Kind::adamw, Kind::sgd, Kind::rmsprop})
    check_resume([] { return tiny_network(Tiny::whole); }, with_everything(kind),
                 [](int64_t i) { return tiny_examples(4, 4 * i); });
}

TEST(resumed_training_of_b0_is_uninterrupted_training) {
  deeplasia::network::NetworkConfig config;
  config.learnable_sigma = {1.0, 0.5};
  const auto examples_of = [](int64_t i) {
    return Examples{deeplasia::test::pictures(i + 1, 2, 64, 64), std::vector<float>{0, 1},
                    std::vector<float>{-0.5, 0.5}, std::vector<float>{0, 1}};
  };
  check_resume([&] { return deeplasia::test::small_network(config); },
               with_everything(OptimizerOptions::Kind::adam), examples_of);
}

TEST(a_state_that_does_not_fit_is_refused_and_changes_nothing) {
  const TrainerOptions options = with_everything(OptimizerOptions::Kind::adam);
  Trainer trainer(tiny_network(Tiny::whole), options);
  trainer.step(tiny_examples(4), 0.1, true);
  const TrainingState good{copied(trainer.state().tensors), trainer.state().facts};
  EXPECT_EQUAL(refused(good, with_everything(OptimizerOptions::Kind::sgd)),
               "ERR_DEEPLASIA_RESUME: the training state does not fit: its optimiser is adam, not sgd");
  TrainerOptions without = options;
  without.ema_decay.reset();
  EXPECT_EQUAL(
      refused(good, without),
      "ERR_DEEPLASIA_RESUME: the training state does not fit: it has an average of the weights (EMA), "
      "but no EMA decay is set");

  const auto changed = [&](const std::string& name, const at::Tensor& value) {
    TrainingState state = good;
    std::erase_if(state.tensors, [&](const auto& named) { return named.first == name; });
    if (value.defined()) state.tensors.emplace_back(name, value);
    return refused(state, options);
  };
  const std::string unfit = "ERR_DEEPLASIA_RESUME: the training state does not fit: ";
  EXPECT_EQUAL(changed("model.head.weight", {}), unfit + "head.weight is missing");
  EXPECT_EQUAL(changed("average.head.weight", at::ones({2})), unfit + "head.weight has another shape");
  EXPECT_EQUAL(changed("model.tail.weight", at::ones({2})), unfit + "the network has no tail.weight");
  EXPECT_EQUAL(changed("optimizer.head.weight.exp_avg", at::ones({2})),
               unfit + "the optimiser cannot use its state of head.weight");
  EXPECT_EQUAL(changed("gradient.head.weight", at::ones({2})),
               unfit + "no parameter matches the gradient of head.weight");

  TrainingState damaged = good;
  damaged.facts["steps"] = "many";
  EXPECT_EQUAL(refused(damaged, options),
               "ERR_DEEPLASIA_CHECKPOINT: the training state is damaged: 'steps' is not a number");
  EXPECT_EQUAL(
      refused({}, options),
      "ERR_DEEPLASIA_CHECKPOINT: this is not a training state, or it is damaged: 'format' is missing");
}

TEST(adam_resumes_from_a_lightning_checkpoint) {
  const std::string path =
      deeplasia::test::fixture("parity/checkpoints/lightning_b0_trimmed_with_optimizer.ckpt");
  deeplasia::network::NetworkConfig config;
  config.dense_layers = {16};
  Trainer trainer(deeplasia::network::build(config), trainer_options());
  EXPECT_EQUAL(adopt_lightning(path, trainer), 34);  // as many as the trimmed file still has
  const State state = trainer.optimizer().state();
  EXPECT_EQUAL(state.size(), 34U * 3);
  EXPECT_EQUAL(find(state, "dense.fc_sex.bias.step").item<double>(), 550);
  const std::map<int64_t, std::string> names{{0, "backbone.base._conv_stem.weight"},
                                             {3, "backbone.base._blocks.0._depthwise_conv.weight"},
                                             {213, "dense.dense_blocks.0.weight"},
                                             {216, "dense.fc_boneage.bias"},
                                             {218, "dense.fc_sex.bias"}};
  const auto expected =
      deeplasia::test::Json::read(deeplasia::test::fixture("parity/checkpoints/expected.json"));
  for (const auto& row : expected["lightning_b0_trimmed_with_optimizer.ckpt"]["optimizer"]["state"].items()) {
    const auto name = names.find(row[0].integer());
    if (name == names.end()) continue;
    for (const size_t slot : {2, 3}) {
      const at::Tensor kept = find(state, name->second + "." + row[slot][0].text());
      EXPECT(std::abs(kept.to(at::kDouble).sum().item<double>() - row[slot][2].number()) < 1e-9);
    }
  }

  config.dense_layers = {};
  Trainer other(deeplasia::network::build(config), trainer_options());
  EXPECT_EQUAL(
      failure([&] { adopt_lightning(path, other); }),
      "ERR_DEEPLASIA_RESUME: the checkpoint's optimiser has 219 parameters, but the network has 217");
  EXPECT(failure([&] {
           adopt_lightning(deeplasia::test::fixture("parity/checkpoints/state_dict_torch2.13.pt"), trainer);
         }).starts_with("ERR_DEEPLASIA_CHECKPOINT: "));
}

TEST(a_training_state_with_a_flipped_bit_is_refused_wherever_it_is) {
  const TemporaryFile file;
  Trainer trainer(tiny_network(Tiny::whole), with_everything(OptimizerOptions::Kind::adam));
  trainer.step(tiny_examples(4, 5), 0.1, true);
  write_state(file.path, trainer.state(), "position: 3");
  const auto size = static_cast<int64_t>(std::filesystem::file_size(file.path));
  for (int64_t place = 0; place < size; place += 97) {
    std::fstream bytes(file.path, std::ios::binary | std::ios::in | std::ios::out);
    const auto flip = [&] {
      bytes.seekg(place);
      const auto flipped = static_cast<char>(bytes.get() ^ 1);
      bytes.seekp(place).put(flipped).flush();
    };
    flip();
    EXPECT(failure([&] { read_state(file.path); }).starts_with("ERR_DEEPLASIA_CHECKPOINT"));
    flip();
  }
  EXPECT_EQUAL(read_state(file.path).notes, "position: 3");
}
