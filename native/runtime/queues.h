#pragma once

#include <string>

#include "runtime/task_queue.h"

namespace deeplasia::runtime {

// The threads that prepare pictures and read files, shared by all Node environments.
TaskQueue& workers();

// Adds workers until there are `count`; never takes any away.
void set_workers(int count);

// The one compute thread of a device ("cpu", "cuda:0"), on which its networks run one after another.
TaskQueue& compute_queue(const std::string& device);

}  // namespace deeplasia::runtime
