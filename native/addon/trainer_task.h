#pragma once

#include <torch/script.h>

#include "addon/handle_kinds.h"
#include "addon/promise_task.h"
#include "runtime/queues.h"

namespace deeplasia::addon {

// Runs `work(trainer)` on the compute thread of the trainer that is the first argument. `uses`: further
// values and handles that it needs.
template <class Work, class Convert>
Napi::Value trainer_task(const Napi::CallbackInfo& info, Uses uses, const Work& work,
                         const Convert& convert) {
  auto& handle = Handle<training::Trainer>::from(info[0]);
  uses.values.push_back(info[0]);
  uses.handles.push_back(&handle);
  return promise(
      info.Env(), runtime::compute_queue(handle.value()->options().device.str()), uses,
      [trainer = handle.value(), work] { return work(*trainer); }, convert);
}

}  // namespace deeplasia::addon
