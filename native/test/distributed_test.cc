// Tests two ranks as two threads of one process, connected by a real TCPStore and Gloo.
#include "distributed/group.h"

#include "distributed/nccl.h"
#include "distributed/peers.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <limits>
#include <thread>

#include "failures.h"
#include "trainers.h"

namespace deeplasia::test {
namespace {

using distributed::Group;
using distributed::GroupOptions;
using distributed::Milliseconds;
using training::Trainer;

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(listener, reinterpret_cast<sockaddr*>(&address), length);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  close(listener);
  return ntohs(address.sin_port);
}

GroupOptions group_options(int port, int rank) {
  return {"127.0.0.1",
          port,
          rank,
          2,
          "127.0.0.1",
          "node" + std::to_string(rank),
          Milliseconds(20000),
          Milliseconds(20000),
          Milliseconds(20000)};
}

/// Calls `work` on two ranks at once. Returns the message of each rank's failure, or "".
std::vector<std::string> on_both(const std::function<void(Group&)>& work,
                                 Milliseconds timeout = Milliseconds(20000)) {
  const int port = free_port();
  std::vector<std::string> failures(2);
  const auto run = [&](int rank) {
    try {
      GroupOptions options = group_options(port, rank);
      options.timeout = timeout;
      Group group(options);
      work(group);
      group.close();
    } catch (const std::exception& error) {
      failures[rank] = error.what();
    }
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  return failures;
}

void expect_no_failures(const std::vector<std::string>& failures) {
  for (const std::string& failure : failures) EXPECT_EQUAL(failure, "");
}

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

TEST(ranks_sum_broadcast_and_gather) {
  expect_no_failures(on_both([](Group& group) {
    const int rank = group.rank();
    const at::Tensor numbers = at::full({3}, rank + 1.0);
    group.sum(numbers).wait();
    EXPECT(at::equal(numbers, at::full({3}, 3.0)));
    const at::Tensor floats = at::full({2, 2}, rank + 5.0), counts = at::full({1}, rank + 7, at::kLong);
    group.broadcast({floats, counts});
    EXPECT(at::equal(floats, at::full({2, 2}, 5.0)));
    EXPECT_EQUAL(counts.item<int64_t>(), 7);
    const std::vector<double> gathered = group.gather(std::vector<double>{rank * 10.0, rank + 0.5});
    EXPECT((gathered == std::vector<double>{0, 0.5, 10, 1.5}));
    const std::vector<std::string> texts = group.gather(rank == 0 ? std::string("long text") : std::string());
    EXPECT((texts == std::vector<std::string>{"long text", ""}));
  }));
}

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

TEST(ranks_choose_nccl_only_if_all_can_and_none_shares_a_gpu) {
  using distributed::NcclOffer;
  const auto read = [](const char* text) { return NcclOffer::read(text); };
  const NcclOffer first = read("+node1, GPU 0000:17:00.0"), second = read("+node1, GPU 0000:31:00.0");
  EXPECT_EQUAL(first.written(), "+node1, GPU 0000:17:00.0");
  EXPECT(!distributed::why_not_nccl({first, second}));
  EXPECT(!distributed::why_not_nccl({first, read("+node2, GPU 0000:17:00.0")}));
  EXPECT_EQUAL(*distributed::why_not_nccl({first, second, first}),
               "ranks 0 and 2 share one GPU (node1, GPU 0000:17:00.0)");
  EXPECT_EQUAL(*distributed::why_not_nccl({first, read("-no such library")}), "rank 1: no such library");
  EXPECT(distributed::has_gpu({read("cits network is on the CPU"), read("-no such library")}));
  EXPECT(!distributed::has_gpu({read("cits network is on the CPU")}));
}

TEST(ranks_on_cpus_choose_gloo_and_refuse_nccl) {
  expect_no_failures(on_both([](Group& group) {
    EXPECT_EQUAL(group.choose_backend("cpu", "auto"), "Gloo");
    EXPECT_EQUAL(group.choose_backend("cpu", "gloo"), "Gloo");
    const std::string refusal = failure([&] { group.choose_backend("cpu", "nccl"); });
    EXPECT_EQUAL(
        refusal,
        "ERR_DEEPLASIA_OPTION: trainer.process_group_backend=nccl cannot be used: rank 0: its network "
        "is on the CPU");
  }));
}

TEST(a_rank_that_leaves_is_named_to_the_others) {
  const auto failures = on_both([](Group& group) {
    if (group.rank() == 1) return group.leave("the disk is full");
    group.sum(at::zeros({1})).wait();
  });
  EXPECT_EQUAL(failures[0], "rank 1 (node1) ended: the disk is full");
}

TEST(a_rank_that_makes_no_progress_is_named) {
  const auto failures = on_both(
      [](Group& group) {
        group.sum(at::zeros({1})).wait();
        if (group.rank() == 1) std::this_thread::sleep_for(Milliseconds(4000));
        group.sum(at::zeros({1})).wait();
      },
      Milliseconds(1000));
  EXPECT(failures[0].find("rank 1 (node1) is alive, but makes no progress") == 0);
}

TEST(ranks_that_do_not_connect_are_named) {
  GroupOptions options = group_options(free_port(), 0);
  options.size = 3;
  options.arrival = Milliseconds(300);
  EXPECT_EQUAL(failure([&] { const Group group(options); }),
               "ERR_DEEPLASIA_PEER: rank 1, 2 of 3 ranks did not connect within 0 s");
}

}  // namespace deeplasia::test
