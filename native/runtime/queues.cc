#include "runtime/queues.h"

#include <map>
#include <mutex>

namespace deeplasia::runtime {

TaskQueue& workers() {
  static auto* queue = TaskQueue::in_main_heap();
  return *queue;
}

void set_workers(int count) { workers().grow(count); }

TaskQueue& compute_queue(const std::string& device) {
  static std::mutex mutex;
  static auto* queues = new std::map<std::string, TaskQueue*>();
  std::lock_guard lock(mutex);
  auto& queue = (*queues)[device];
  if (queue == nullptr) queue = TaskQueue::in_main_heap();
  return *queue;
}

}  // namespace deeplasia::runtime
