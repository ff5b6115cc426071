#include "kernels/thread_pool.h"

#include <algorithm>

namespace deeplasia::kernels {
namespace {

constexpr uint64_t kRound = 1 << 16;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

// Returns when the value is no longer `old`. It watches for about as long as a block's serial parts take,
// then sleeps: a thread that only watches would take the core from whatever else runs there.
template <class T>
void ThreadPool::await_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < 2000; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  std::unique_lock lock(asleep_);
  changed_.wait(lock, [&] { return value.load(std::memory_order_acquire) != old; });
}

// Called after a value was changed. The lock lets nobody fall asleep between its look at the value and its
// sleep.
void ThreadPool::wake() {
  {
    const std::lock_guard lock(asleep_);
  }
  changed_.notify_all();
}

ThreadPool& ThreadPool::shared() {
  static auto* const pool = new ThreadPool;
  return *pool;
}

void ThreadPool::add_workers(int64_t count) {
  while (static_cast<int64_t>(workers_.size()) < count) {
    const int64_t thread = static_cast<int64_t>(workers_.size()) + 1;
    workers_.emplace_back([this, thread] { serve(thread); });
  }
}

void ThreadPool::work(int64_t thread) {
  for (int64_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) (*task_)(i, thread);
}

void ThreadPool::serve(int64_t thread) {
  uint64_t seen = 0;
  while (true) {
    await_change(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (thread > static_cast<int64_t>(seen % kRound)) continue;
    work(thread);
    if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) wake();
  }
}

void ThreadPool::run(int64_t threads, int64_t count, const Task& task) {
  const int64_t wanted = std::min(threads, count) - 1;
  const std::unique_lock<std::mutex> lock(busy_, std::try_to_lock);
  if (wanted < 1 || !lock.owns_lock()) {
    for (int64_t i = 0; i < count; ++i) task(i, 0);
    return;
  }
  add_workers(wanted);
  task_ = &task;
  count_ = count;
  next_.store(0);
  working_.store(wanted);
  round_.store((round_.load() / kRound + 1) * kRound + static_cast<uint64_t>(wanted),
               std::memory_order_release);
  wake();
  work(0);
  for (int64_t left = working_.load(std::memory_order_acquire); left > 0;
       left = working_.load(std::memory_order_acquire))
    await_change(working_, left);
}

}  // namespace deeplasia::kernels
