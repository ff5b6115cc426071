#pragma once

#include <functional>
#include <memory>

#include "distributed/c10d.h"

namespace deeplasia::distributed {

using Opened = std::function<void(std::unique_ptr<Collectives>)>;

// Connects with the other ranks in the background, by `open`, which cannot be stopped: where another rank
// does not come, or no packet gets through, its thread is left behind. `opened` gets the result, in the call
// of `wait` that finds it done.
std::unique_ptr<Operation> open_in_background(std::function<std::unique_ptr<Collectives>()> open,
                                              Opened opened);

}  // namespace deeplasia::distributed
