#include "runtime/main_heap.h"

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

namespace deeplasia::runtime {
namespace {

constexpr int kMostThreads = 64;

// glibc notes it in the word before a block, beside the block's size.
bool allocates_in_main_heap() {
#ifdef __SANITIZE_ADDRESS__
  return true;  // another malloc
#else
  constexpr size_t kOtherHeap = 4;
  char* volatile block =
      static_cast<char*>(std::malloc(64));  // the compiler knows what lies before a block: nothing
  size_t size_and_flags = 0;
  std::memcpy(&size_and_flags, block - sizeof(size_t), sizeof(size_t));
  std::free(block);
  return (size_and_flags & kOtherHeap) == 0;
#endif
}

// What the searching thread and those that it starts share.
struct Search {
  std::mutex mutex;
  std::condition_variable changed;
  bool has_answered = false, is_chosen = false, is_over = false;
};

// On a new thread: reports whether it is the one, and if not waits until there is one, because a heap that is
// left would be given away again.
bool answer(Search& search, bool is_last) {
  const bool chosen = allocates_in_main_heap() || is_last;
  std::unique_lock lock(search.mutex);
  search.has_answered = true;
  search.is_chosen = chosen;
  search.changed.notify_all();
  if (!chosen) search.changed.wait(lock, [&] { return search.is_over; });
  return chosen;
}

}  // namespace

void start_in_main_heap(const std::function<void()>& body) {
  const auto search = std::make_shared<Search>();
  for (int started = 1; !search->is_over; ++started) {
    std::thread([search, body, is_last = started == kMostThreads] {
      if (answer(*search, is_last)) body();
    }).detach();
    std::unique_lock lock(search->mutex);
    search->changed.wait(lock, [&] { return search->has_answered; });
    search->has_answered = false;
    search->is_over = search->is_chosen;
  }
  search->changed.notify_all();
}

}  // namespace deeplasia::runtime
