#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace deeplasia::kernels {

// Runs short tasks in several threads. libtorch's own threads are out of reach: at::parallel_for is part of
// the caller, which would have to be built with libtorch's OpenMP.
class ThreadPool {
 public:
  using Task = std::function<void(int64_t task, int64_t thread)>;

  // The pool of the process. It lives until the process ends.
  static ThreadPool& shared();

  // Calls task(0 .. count - 1, thread) in up to `threads` threads, the caller's being number 0, and returns
  // when all is done. Threads take the next task when they are ready: one that is held up by other work
  // delays nobody. A task does not throw.
  void run(int64_t threads, int64_t count, const Task& task);

 private:
  void add_workers(int64_t count);
  void serve(int64_t thread);
  void work(int64_t thread);
  template <class T>
  void await_change(const std::atomic<T>& value, T old);
  void wake();

  std::mutex busy_, asleep_;
  std::condition_variable
      changed_;  // not std::atomic::wait, which the compiler of the prebuilds does not have
  std::vector<std::thread> workers_;
  const Task* task_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0}, working_{0};
  std::atomic<uint64_t> round_{0};  // number of the round << 16, and how many workers it wants
};

}  // namespace deeplasia::kernels
