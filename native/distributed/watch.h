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

// Detects which rank is gone. Every rank writes a beat to the store once a second, from a thread of its own,
// with the number of operations that it has begun. Rank 0 reads all beats and publishes which rank is gone. A
// process that is stopped, or whose node is lost, closes no connection: only its missing beats show it.
class Watch {
 public:
  // `names`: of each rank, for messages. `silence`: how long a rank may write no beat.
  Watch(std::unique_ptr<Store> store, std::vector<std::string> names, int rank, Milliseconds silence);
  // Ends the thread, unless it waits for an answer that never comes.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Counts a collective operation that this rank begins.
  void begin_operation() { ++state_->operations; }
  // Returns why the group has ended; none if no failure is known.
  std::optional<std::string> verdict() const;
  // Returns the reason for the failure of an operation: waits some seconds for a verdict, else returns
  // `what`, its own message.
  std::string explain(const std::string& what) const;
  // Returns a message that names the rank that is behind, for an operation that takes too long.
  std::string who_is_late() const;
  // Publishes that this rank ends, and why. Waits until the others have had time to read it.
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
    bool stopped = false;                   // this and the rest are guarded by `mutex`
    bool ended = false;                     // the thread has ended
    std::string leaving;                    // why this rank leaves; empty: it does not
    std::optional<std::string> verdict;     // see verdict()
    Clock::time_point turn = Clock::now();  // when the store last answered
    std::vector<Peer> peers;                // of all ranks; used on rank 0 only
  };

  static void run(const std::shared_ptr<State>& state);
  static void beat(State& state, int64_t count);
  static void listen(State& state);
  static std::optional<std::string> judge(const State& state, Milliseconds silence);
  static std::string who(const State& state, size_t rank);

  std::shared_ptr<State> state_;
};

}  // namespace deeplasia::distributed
