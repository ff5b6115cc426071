#include "distributed/watch.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

namespace deeplasia::distributed {
namespace {

constexpr Milliseconds kBeat{1000};
// A rank whose connection broke is named once it has missed three beats.
constexpr Milliseconds kMissedBeats{3500};
// How long a rank waits for that: kMissedBeats, and time for the verdict to reach all ranks.
constexpr Milliseconds kExplanation{7000};

constexpr const char* kVerdict = "verdict";
constexpr std::string_view kGone = "gone ";

std::string beat_of(size_t rank) { return "beat/" + std::to_string(rank); }

// Returns the number of operations in a beat; -1 if it has none.
int64_t operations_in(const std::string& beat) {
  std::istringstream text(beat);
  int64_t count = 0, operations = -1;
  text >> count >> operations;
  return text ? operations : -1;
}

}  // namespace

Watch::Watch(std::unique_ptr<Store> store, std::vector<std::string> names, int rank, Milliseconds silence)
    : state_(std::make_shared<State>()) {
  state_->store = std::move(store);
  state_->rank = rank;
  state_->silence = silence;
  state_->peers.resize(names.size());
  state_->names = std::move(names);
  std::thread([state = state_] { run(state); }).detach();
}

Watch::~Watch() {
  std::unique_lock lock(state_->mutex);
  state_->stopped = true;
  state_->wake.notify_all();
  state_->wake.wait_for(lock, kBeat, [&] { return state_->ended; });
}

void Watch::run(const std::shared_ptr<State>& state) {
  for (int64_t count = 0;; ++count) {
    try {
      beat(*state, count);
      listen(*state);
    } catch (const std::exception&) {
      // The store is in rank 0's process, so rank 0 is gone and there is no one to notify.
      const std::lock_guard lock(state->mutex);
      if (!state->verdict && !state->stopped) state->verdict = who(*state, 0) + " was lost";
      state->stopped = true;
    }
    std::unique_lock lock(state->mutex);
    state->wake.wait_for(lock, kBeat, [&] { return state->stopped || !state->leaving.empty(); });
    if (!state->stopped) continue;
    state->ended = true;
    state->wake.notify_all();
    return;
  }
}

void Watch::beat(State& state, int64_t count) {
  std::string text = std::to_string(count) + " " + std::to_string(state.operations.load());
  {
    const std::lock_guard lock(state.mutex);
    if (!state.leaving.empty()) {
      text = std::string(kGone) + state.leaving;
      state.stopped = true;
      if (state.rank == 0) state.verdict = who(state, 0) + " ended: " + state.leaving;
    }
  }
  state.store->set(beat_of(state.rank), text);
}

// Rank 0 reads all beats and publishes its verdict; the others read the verdict.
void Watch::listen(State& state) {
  if (state.rank != 0) {
    const auto heard = state.store->get(kVerdict);
    const std::lock_guard lock(state.mutex);
    state.turn = Clock::now();
    if (heard) state.verdict = heard;
    return;
  }
  std::vector<std::string> keys;
  keys.reserve(state.names.size());
  for (size_t rank = 0; rank < state.names.size(); ++rank) keys.push_back(beat_of(rank));
  const auto beats = state.store->get(keys);
  std::optional<std::string> verdict;
  {
    const std::lock_guard lock(state.mutex);
    const auto now = Clock::now();
    // A process that was stopped itself has read no beats in the meantime.
    const bool slept = now - state.turn > 3 * kBeat;
    state.turn = now;
    for (size_t rank = 0; rank < beats.size(); ++rank) {
      Peer& peer = state.peers[rank];
      if (slept || (beats[rank] && *beats[rank] != peer.beat)) peer = {beats[rank].value_or(""), now};
    }
    if (!state.verdict) state.verdict = judge(state, state.silence);
    verdict = state.verdict;
  }
  if (verdict) state.store->set(kVerdict, *verdict);
}

// Returns the verdict on a rank that has announced its end, or that was silent for `silence`; none if there
// is no such rank.
std::optional<std::string> Watch::judge(const State& state, Milliseconds silence) {
  for (size_t rank = 1; rank < state.peers.size(); ++rank) {
    const Peer& peer = state.peers[rank];
    if (peer.beat.starts_with(kGone)) return who(state, rank) + " ended: " + peer.beat.substr(kGone.size());
    const auto quiet = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - peer.changed);
    if (quiet >= silence)
      return who(state, rank) + " was lost: no sign of life for " + std::to_string(quiet.count()) + " s";
  }
  return std::nullopt;
}

std::optional<std::string> Watch::verdict() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->verdict || state_->rank == 0) return state_->verdict;
  const auto quiet = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - state_->turn);
  if (quiet < state_->silence) return std::nullopt;
  return who(*state_, 0) + " was lost: no answer for " + std::to_string(quiet.count()) + " s";
}

std::string Watch::explain(const std::string& what) const {
  const auto end = Clock::now() + kExplanation;
  while (Clock::now() < end) {
    if (const auto known = verdict()) return *known;
    if (state_->rank == 0) {
      const std::lock_guard lock(state_->mutex);
      // From now on a shorter silence is enough. The thread publishes the verdict.
      state_->silence = std::min(state_->silence, kMissedBeats);
    }
    std::this_thread::sleep_for(kPoll);
  }
  return "the connection to another rank broke: " + what;
}

std::string Watch::who_is_late() const {
  const auto end = Clock::now() + 2 * kBeat;
  while (Clock::now() < end) {
    if (const auto known = verdict()) return *known;
    std::this_thread::sleep_for(kPoll);
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->rank != 0) return "another rank makes no progress";
  size_t last = 0;
  int64_t least = state_->operations.load();
  for (size_t rank = 1; rank < state_->peers.size(); ++rank) {
    const int64_t operations = operations_in(state_->peers[rank].beat);
    if (operations < 0 || operations >= least) continue;
    last = rank;
    least = operations;
  }
  state_->verdict = last == 0 ? "no rank is behind, but none makes progress"
                              : who(*state_, last) + " is alive, but makes no progress";
  return *state_->verdict;
}

void Watch::leave(const std::string& why) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopped || state_->verdict) return;
    state_->leaving = why.empty() ? "no reason given" : why;
    state_->wake.notify_all();
  }
  std::this_thread::sleep_for(state_->rank == 0 ? 2 * kBeat : kBeat / 2);
}

std::string Watch::who(const State& state, size_t rank) {
  return "rank " + std::to_string(rank) + " (" + state.names[rank] + ")";
}

}  // namespace deeplasia::distributed
