#pragma once

#include <cstdint>
#include <functional>

namespace deeplasia::fused {

// Calls task(0 .. count - 1) in libtorch's threads. Its other operators run in the same, which wait for work
// actively: threads of our own would share the cores with them. A task does not throw.
void in_threads(int64_t count, const std::function<void(int64_t task)>& task);

// The part of [0, count) of one of `parts` tasks. Parts do not depend on the number of threads, so that sums
// do not either.
struct Part {
  int64_t from, end;
};
inline Part part_of(int64_t count, int64_t parts, int64_t part) {
  return {count * part / parts, count * (part + 1) / parts};
}

}  // namespace deeplasia::fused
