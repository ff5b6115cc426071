// Connects the ranks of a group to each other.
#include <chrono>
#include <sstream>
#include <thread>
#include <utility>

#include "distributed/gloo.h"
#include "distributed/group.h"
#include "distributed/opening.h"
#include "runtime/failure.h"
#include "runtime/task_queue.h"

namespace deeplasia::distributed {
namespace {

using Clock = std::chrono::steady_clock;
using runtime::CodedError;
using runtime::first_line;

constexpr const char* kComplete = "complete";

std::string name_of(int rank) { return "name/" + std::to_string(rank); }
std::string address_of(int rank) { return "address/" + std::to_string(rank); }

}  // namespace

Group::Group(GroupOptions options) : options_(std::move(options)) {
  const auto& [host, port, rank, size, address, name, arrival, silence, timeout] = options_;
  try {
    auto store = open_store(host, port, rank == 0, arrival);
    const std::string own = address.empty() ? own_address_towards(host) : address;
    store->set(address_of(rank), own + " " + host);
    std::vector<std::string> names = meet(*store);
    const std::string reached = address.empty() ? reachable_address(addresses(*store), rank) : address;
    watch_ = std::make_unique<Watch>(std::move(store), std::move(names), rank, silence);
    connect(reached);
  } catch (const CodedError&) {
    throw;
  } catch (const std::exception&) {
    const std::string place = host + ", port " + std::to_string(port);
    throw CodedError("ERR_DEEPLASIA_PEER", "rank " + std::to_string(rank) + " (" + name +
                                               ") cannot connect to the others at " + place + ": " +
                                               first_line(std::current_exception()));
  }
}

// Returns the names of all ranks once all have arrived. Rank 0 waits for each of them; the others wait for
// rank 0's signal.
std::vector<std::string> Group::meet(Store& store) {
  const auto end = Clock::now() + options_.arrival;
  const auto size = static_cast<size_t>(options_.size);
  std::vector<std::string> keys, names, missing;
  keys.reserve(size);
  for (size_t rank = 0; rank < size; ++rank) keys.push_back(name_of(static_cast<int>(rank)));
  store.set(keys[options_.rank], options_.name);
  for (;;) {
    missing.clear();
    names.clear();
    if (options_.rank == 0 || store.get(kComplete)) {
      const auto found = store.get(keys);
      for (size_t rank = 0; rank < size; ++rank) {
        if (!found[rank]) missing.push_back(std::to_string(rank));
        names.push_back(found[rank].value_or(""));
      }
      if (missing.empty()) break;
    }
    if (Clock::now() > end) {
      std::string who = options_.rank == 0 ? "" : "at least one rank";
      for (const std::string& rank : missing) who += (who.empty() ? "rank " : ", ") + rank;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options_.arrival).count();
      throw CodedError("ERR_DEEPLASIA_PEER", who + " of " + std::to_string(size) +
                                                 " ranks did not connect within " + std::to_string(seconds) +
                                                 " s");
    }
    std::this_thread::sleep_for(kPoll);
  }
  if (options_.rank == 0) store.set(kComplete, "yes");
  return names;
}

// Returns the addresses of all ranks, once they have met.
std::vector<RankAddress> Group::addresses(Store& store) const {
  std::vector<RankAddress> all(static_cast<size_t>(options_.size));
  for (size_t rank = 0; rank < all.size(); ++rank) {
    std::istringstream text(store.get(address_of(static_cast<int>(rank))).value_or(""));
    text >> all[rank].own >> all[rank].master;
  }
  return all;
}

// Connects all ranks to each other by Gloo. The others connect to this one at `address`.
void Group::connect(const std::string& address) {
  const auto& [host, port, rank, size, asked, name, arrival, silence, timeout] = options_;
  const auto open = [=, host = host, port = port, rank = rank, size = size, arrival = arrival] {
    return open_gloo(host, port, address, rank, size, arrival);
  };
  const auto opening = open_in_background(open, [&](auto opened) { gloo_ = std::move(opened); });
  const auto end = Clock::now() + arrival;
  std::string why;
  try {
    while (!opening->wait(kPoll)) {
      const auto verdict = watch_->verdict();
      // The thread that connects may hang.
      if (verdict || Clock::now() > end) runtime::end_without_destructors();
      if (verdict) throw CodedError("ERR_DEEPLASIA_PEER", *verdict);
      if (Clock::now() < end) continue;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(arrival).count();
      why = "no connection within " + std::to_string(seconds) + " s";
      break;
    }
  } catch (const CodedError&) {
    throw;
  } catch (const std::exception&) {
    why = first_line(std::current_exception());
  }
  if (gloo_) return;
  why = "the ranks have met at " + host + ", port " + std::to_string(port) +
        ", but cannot connect to each other's own ports; the address of this one is " + address + " (" + why +
        ")";
  watch_->leave(why);
  throw CodedError("ERR_DEEPLASIA_PEER", "rank " + std::to_string(rank) + " (" + name + "): " + why);
}

}  // namespace deeplasia::distributed
