#include "runtime/task_queue.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <thread>
#include <vector>

#include "check.h"

using deeplasia::runtime::TaskQueue;
using deeplasia::runtime::tasks_in_flight;

namespace {

// Queues are never deleted: their threads wait for ever.
TaskQueue& queue(int threads) { return *new TaskQueue(threads); }

// A task counts as done only after it has returned, a moment after its signal.
void wait_until_idle() {
  while (tasks_in_flight() > 0) std::this_thread::yield();
}

}  // namespace

TEST(one_thread_keeps_the_order) {
  constexpr int kTasks = 1000;
  std::vector<int> order;  // only touched by the one thread
  TaskQueue& one = queue(1);
  for (int i = 0; i < kTasks; ++i) one.post([&order, i] { order.push_back(i); });
  wait_until_idle();
  EXPECT_EQUAL(order.size(), static_cast<size_t>(kTasks));
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQUAL(order[i], static_cast<int>(i));
}

TEST(tasks_posted_by_many_threads_all_run_once) {
  static constexpr int kPosters = 4, kEach = 500;
  TaskQueue& three = queue(3);
  std::vector<std::atomic<int>> runs(kPosters * kEach);
  std::vector<std::thread> posters;
  for (int p = 0; p < kPosters; ++p)
    posters.emplace_back([&, p] {
      for (int i = 0; i < kEach; ++i) three.post([&runs, p, i] { ++runs[p * kEach + i]; });
    });
  for (std::thread& poster : posters) poster.join();
  wait_until_idle();
  for (const auto& count : runs) EXPECT_EQUAL(count.load(), 1);
}

TEST(growing_lets_waiting_tasks_run_beside_the_running_one) {
  TaskQueue& growing = queue(1);
  std::atomic<int> running = 0;
  const auto meet = [&] {  // ends only when both tasks run at once
    for (++running; running < 2;) std::this_thread::yield();
  };
  growing.post(meet);
  growing.post(meet);
  EXPECT(running < 2);
  growing.grow(2);
  wait_until_idle();
  EXPECT_EQUAL(running.load(), 2);
  growing.grow(1);  // takes nothing away
}

TEST(running_and_waiting_tasks_are_in_flight) {
  TaskQueue& one = queue(1);
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  for (int i = 0; i < 3; ++i) one.post([open] { open.wait(); });
  EXPECT_EQUAL(tasks_in_flight(), 3);
  gate.set_value();
  wait_until_idle();
  EXPECT_EQUAL(tasks_in_flight(), 0);
}

#ifndef __SANITIZE_ADDRESS__
TEST(networks_run_in_the_main_heap) {
  mallopt(M_ARENA_MAX, 1);
  std::promise<size_t> flags;
  TaskQueue::in_main_heap()->post([&] {
    size_t* volatile block = static_cast<size_t*>(std::malloc(1 << 10));
    flags.set_value(block[-1]);
    std::free(block);
  });
  EXPECT_EQUAL(flags.get_future().get() & 4, 0U);  // glibc sets this bit in blocks of all other heaps
}
#endif
