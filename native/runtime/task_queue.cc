#include "runtime/task_queue.h"

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <utility>

#include "runtime/main_heap.h"

namespace deeplasia::runtime {
namespace {

std::atomic<int> in_flight{0};
std::atomic<bool> skips_destructors{false};

// A process that ends while a forward runs would destroy libtorch's statics under the running thread, which
// crashed in 15 of 20 exits; this skips their destructors. Exit handlers run last-in first-out and libtorch
// registers new ones in every forward that meets a new operator, so the guard registers itself as late as can
// be: `exit` runs the destructors of thread locals before any handler, and so does the end of a worker
// thread.
struct ExitGuard {
  ~ExitGuard() {
    on_exit(
        [](int status, void*) {
          if (in_flight.load() > 0 || skips_destructors.load()) _exit(status);
        },
        nullptr);
  }
};

}  // namespace

int tasks_in_flight() { return in_flight.load(); }

void end_without_destructors() { skips_destructors = true; }

void TaskQueue::grow(int threads) {
  std::lock_guard lock(mutex_);
  for (; threads_ < threads; ++threads_) std::thread([this] { run(); }).detach();
}

TaskQueue* TaskQueue::in_main_heap() {
  auto* queue = new TaskQueue();
  queue->threads_ = 1;
  start_in_main_heap([queue] { queue->run(); });
  return queue;
}

void TaskQueue::post(std::function<void()> task) {
  [[maybe_unused]] thread_local const ExitGuard guard;
  ++in_flight;
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void TaskQueue::run() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !tasks_.empty(); });
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    task = nullptr;  // what the task held is released on this thread, before it counts as done
    --in_flight;
  }
}

}  // namespace deeplasia::runtime
