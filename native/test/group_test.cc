// Tests how ranks exchange tensors, choose a backend, and name the rank that is missing.
#include "distributed/group.h"

#include <ATen/Functions.h>

#include "distributed/nccl.h"
#include "failures.h"
#include "ranks.h"

namespace deeplasia::test {

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
