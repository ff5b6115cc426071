#pragma once

#include <functional>
#include <memory>

#include "distributed/c10d.h"

namespace deeplasia::distributed {

using Opened = std::function<void(std::unique_ptr<Collectives>)>;

// Connects to the other ranks in the background by calling `open`, which cannot be stopped: if another rank
// does not connect, or packets are lost, its thread is abandoned. The call of `wait` that finds it done
// passes the result to `opened`.
std::unique_ptr<Operation> open_in_background(std::function<std::unique_ptr<Collectives>()> open,
                                              Opened opened);

}  // namespace deeplasia::distributed
