#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distributed/c10d.h"

namespace deeplasia::distributed {

// Finds out which rank is gone. Each one writes a beat into the store every second, from a thread of its own,
// with the number of operations that it has begun; rank 0 reads them all, and says to the others whom they
// need not wait for. A process that is stopped, or whose node is lost, closes no connection: its beats alone
// tell.
class Watch {
 public:
  // `names`: of each rank, for messages. `silence`: how long a rank may say nothing.
  Watch(std::unique_ptr<Store> store, std::vector<std::string> names, int rank, Milliseconds silence);
  // Ends the thread, unless it hangs in an answer that never comes.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // This rank begins an operation of all.
  void begin_operation() { ++state_->operations; }
  // Why the group is at its end; none: all are well as far as is known.
  std::optional<std::string> verdict() const;
  // For an operation that failed (`what`): waits some seconds for a verdict.
  std::string explain(const std::string& what) const;
  // For one that takes too long: who is behind, in words.
  std::string who_is_late() const;
  // Tells the others that this rank ends, and why; waits until they can have heard it.
  void leave(const std::string& why);

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {
    std::string beat;
    Clock::time_point changed = Clock::now();
  };
  struct State {
    std::unique_ptr<Store> store;
    std::vector<std::string> names;
    int rank = 0;
    Milliseconds silence{};
    std::atomic<int64_t> operations{0};
    mutable std::mutex mutex;
    std::condition_variable wake;
    bool stopped = false;                   // the rest: guarded by `mutex`
    bool ended = false;                     // the thread has
    std::string leaving;                    // why this rank goes; empty: it does not
    std::optional<std::string> verdict;     // see verdict()
    Clock::time_point turn = Clock::now();  // when the store last answered
    std::vector<Peer> peers;                // of all ranks; kept by rank 0
  };

  static void run(const std::shared_ptr<State>& state);
  static void beat(State& state, int64_t count);
  static void listen(State& state);
  static std::optional<std::string> judge(const State& state, Milliseconds silence);
  static std::string who(const State& state, size_t rank);

  std::shared_ptr<State> state_;
};

}  // namespace deeplasia::distributed
