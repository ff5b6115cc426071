#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace deeplasia::runtime {

// First-in-first-out work for a fixed number of threads. With one thread it is the compute thread of a
// device: jobs run one after another, always on the same thread, whose OpenMP team and libtorch modes stay
// warm.
//
// Threads are created once and never joined: a thread inside a forward cannot be stopped, and libtorch's own
// destructors must not run under it (see the exit guard in task_queue.cc). So a queue is made by `new` and
// never deleted.
class TaskQueue {
 public:
  explicit TaskQueue(int threads) { grow(threads); }
  // A queue of one thread that allocates from the process's main heap (main_heap.h); for whatever needs large
  // blocks: networks and whole pictures. Threads that grow() adds get any heap.
  static TaskQueue* in_main_heap();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // Adds threads until there are `threads`; never takes any away.
  void grow(int threads);
  // `task` must not throw. To be called from threads that end before the process does, or that end it.
  void post(std::function<void()> task);

 private:
  TaskQueue() = default;
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  int threads_ = 0;
};

// Number of tasks of all queues that run or wait. While it is not 0 the process must not run static
// destructors.
int tasks_in_flight();

// From now on the process ends without them: there are threads that nobody can stop.
void end_without_destructors();

}  // namespace deeplasia::runtime
