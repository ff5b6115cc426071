// Tests that two trainers learn as one does with all pictures.
#include <limits>

#include "distributed/peers.h"
#include "network/initialise.h"
#include "network/mask_network.h"
#include "parity.h"
#include "ranks.h"
#include "trainers.h"

namespace deeplasia::test {
namespace {

using training::Trainer;

/// Returns rows `first`, `first` + `step`, … of the examples.
training::Examples every(const training::Examples& all, int64_t first, int64_t step) {
  training::Examples part;
  part.x = all.x.slice(0, first, all.x.size(0), step).contiguous();
  part.age.emplace();
  part.male.emplace();
  for (size_t i = first; i < all.age->size(); i += step) {
    part.age->push_back((*all.age)[i]);
    part.male->push_back((*all.male)[i]);
  }
  part.sex = part.male;
  return part;
}

bool is_close(const network::State& a, const network::State& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!at::allclose(a[i].second.detach(), b[i].second.detach(), 1e-5, 1e-6)) return false;
  return a.size() == b.size();
}

}  // namespace

// Compares with one trainer on the same batches. Unequal parts are weighted by their pictures; an empty one
// has no effect.
TEST(two_trainers_learn_as_one_with_the_whole_batch) {
  const std::vector<training::Examples> batches{tiny_examples(8), tiny_examples(5, 8), tiny_examples(1, 13)};
  auto options = trainer_options();
  options.clipping = {training::Clipping::Kind::norm, 0.05};
  Trainer alone(tiny_network(Tiny::plain), options);
  std::vector<double> losses, norms;
  for (const auto& batch : batches) {
    const auto result = alone.step(batch, 0.01);
    losses.push_back(result.prediction.loss->total);
    norms.push_back(*result.gradient_norm);
  }
  std::vector<network::State> states(2);
  expect_no_failures(on_both([&](Group& group) {
    Trainer trainer(tiny_network(Tiny::plain), options);
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 4, false);
    for (size_t i = 0; i < batches.size(); ++i) {
      const auto result = trainer.step(every(batches[i], group.rank(), 2), 0.01);
      EXPECT(std::abs(*distributed::mean_loss(result.prediction.exchanged, 2) - losses[i]) < 1e-5);
      EXPECT(std::abs(*result.gradient_norm - norms[i]) < 1e-5 * norms[i]);
    }
    states[group.rank()] = copied(trainer.module().state());
  }));
  expect_same(states[0], states[1]);
  EXPECT(is_close(states[0], alone.module().state()));
}

TEST(two_trainers_accumulate_gradients_as_one) {
  auto options = trainer_options();
  options.accumulation = 2;
  Trainer alone(tiny_network(Tiny::plain), options);
  std::vector<network::State> states(2);
  std::vector<training::TrainingState> between(2);
  for (int64_t i = 0; i < 4; ++i) alone.step(tiny_examples(4, 4 * i), 0.01);
  expect_no_failures(on_both([&](Group& group) {
    Trainer trainer(tiny_network(Tiny::plain), options);
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 4, false);
    for (int64_t i = 0; i < 4; ++i) {
      trainer.step(every(tiny_examples(4, 4 * i), group.rank(), 2), 0.01);
      if (i == 2) trainer.gather_gradients();
      if (i == 2 && group.rank() == 0) {
        between[0] = trainer.state();
        for (auto& [name, tensor] : between[0].tensors) tensor = tensor.detach().clone();
      }
    }
    states[group.rank()] = copied(trainer.module().state());
  }));
  expect_same(states[0], states[1]);
  EXPECT(is_close(states[0], alone.module().state()));
  // One trainer resumes from the gradients that two have accumulated.
  Trainer later(tiny_network(Tiny::plain), options);
  later.restore(between[0]);
  later.step(tiny_examples(4, 12), 0.01);
  EXPECT(is_close(states[0], later.module().state()));
}

TEST(a_loss_that_is_not_finite_on_one_rank_is_so_on_all) {
  expect_no_failures(on_both([](Group& group) {
    Trainer trainer(tiny_network(Tiny::plain), trainer_options());
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 4, false);
    const network::State before = copied(trainer.module().state());
    training::Examples bad = tiny_examples(2);
    if (group.rank() == 1) (*bad.age)[0] = std::numeric_limits<float>::infinity();
    EXPECT(trainer.step(bad, 0.01).non_finite == training::NonFinite::loss);
    expect_same(copied(trainer.module().state()), before);
    EXPECT(trainer.step(tiny_examples(2), 0.01).updated);
  }));
}

// All ranks get rank 0's statistics of a batch norm.
TEST(buffers_are_those_of_rank_0) {
  std::vector<network::State> states(2);
  std::vector<at::Tensor> own(2);
  expect_no_failures(on_both([&](Group& group) {
    Trainer trainer(tiny_network(Tiny::whole), trainer_options());
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 4, false);
    trainer.step(tiny_examples(4, 4 * group.rank()), 0.01);
    states[group.rank()] = copied(trainer.module().state());
  }));
  expect_same(states[0], states[1]);
  Trainer alone(tiny_network(Tiny::whole), trainer_options());
  alone.step(tiny_examples(4), 0.01);
  EXPECT(at::allclose(find(states[1], "body.mean"), find(alone.module().state(), "body.mean"), 1e-6, 1e-7));
}

// The statistics are those of the whole batch, in forward and backward; an empty part does not count.
TEST(synchronised_batch_norms_learn_as_one_with_the_whole_batch) {
  const std::vector<training::Examples> batches{tiny_examples(8), tiny_examples(5, 8), tiny_examples(1, 13)};
  Trainer alone(tiny_network(Tiny::norm), trainer_options());
  for (const auto& batch : batches) alone.step(batch, 0.01);
  std::vector<network::State> states(2);
  expect_no_failures(on_both([&](Group& group) {
    Trainer trainer(tiny_network(Tiny::norm), trainer_options());
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 4, true);
    for (const auto& batch : batches) trainer.step(every(batch, group.rank(), 2), 0.01);
    states[group.rank()] = copied(trainer.module().state());
  }));
  expect_same(states[0], states[1]);
  EXPECT(is_close(states[0], alone.module().state()));
}

// The batch norms of a mask network are synchronised, so that two trainers see what one sees.
TEST(two_trainers_of_a_mask_network_learn_as_one) {
  const auto network = [] {
    torch::jit::Module module = network::build_mask_network({2, 3});
    network::initialise(module, 3);
    return module;
  };
  const auto some = [](int64_t first, int64_t count) {
    training::Examples examples;
    examples.x = pictures(7, 8, 32, 32).slice(0, first, first + count).contiguous();
    examples.mask = examples.x.gt(0.5).to(at::kFloat);
    return examples;
  };
  const auto part = [](const training::Examples& all, int64_t rank) {
    training::Examples own;
    own.x = all.x.slice(0, rank, all.x.size(0), 2).contiguous();
    own.mask = all.mask.slice(0, rank, all.x.size(0), 2).contiguous();
    return own;
  };
  // Adam would turn the rounding of gradients that are 0 into steps.
  auto options = trainer_options();
  options.optimizer.kind = training::OptimizerOptions::Kind::sgd;
  const std::vector<training::Examples> batches{some(0, 4), some(4, 3), some(7, 1)};
  Trainer alone(network(), options);
  std::vector<training::Prediction> expected;
  for (const auto& batch : batches) expected.push_back(alone.step(batch, 0.05).prediction);
  const training::Prediction seen = alone.evaluate(batches[1]);
  std::vector<network::State> states(2);
  expect_no_failures(on_both([&](Group& group) {
    Trainer trainer(network(), options);
    trainer.join(std::shared_ptr<Group>(&group, [](Group*) {}), 2, true);
    for (size_t i = 0; i < batches.size(); ++i) {
      const auto result = trainer.step(part(batches[i], group.rank()), 0.05).prediction;
      EXPECT(std::abs(*distributed::mean_loss(result.exchanged, 2) - expected[i].loss->total) < 1e-5);
      // Rows, three losses, two ages, two sexes, two dices.
      EXPECT_EQUAL(result.exchanged.size(), 20U);
      EXPECT(std::abs(result.exchanged[8] - (*expected[i].dice)[0]) < 1e-6);
    }
    const training::Prediction together = trainer.evaluate(part(batches[1], group.rank()));
    EXPECT(std::abs(together.dice->front() - (*seen.dice)[group.rank()]) < 1e-3);
    states[group.rank()] = copied(trainer.module().state());
  }));
  expect_same(states[0], states[1]);
  EXPECT(is_close(states[0], alone.module().state()));
}

}  // namespace deeplasia::test
