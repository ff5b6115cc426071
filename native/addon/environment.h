#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>

#include "runtime/task_queue.h"

namespace deeplasia::addon {

class Job;

// What the addon holds for one Node environment (the main thread, or one worker thread).
//
// Three lifetime rules, each of which was a crash before it was a rule:
// - finished jobs come back through ONE threadsafe function, used under `mutex` and only while not `closed`;
// - after closing, queued jobs are dropped unseen, and closing waits for running jobs that read JS memory;
// - the threadsafe function keeps the event loop alive only while jobs are in flight.
struct Environment {
  std::mutex mutex;
  std::condition_variable idle;
  bool closed = false;
  int borrowers = 0;  // running jobs that read the memory of JS buffers
  napi_threadsafe_function settle = nullptr;
  int in_flight = 0;  // JS thread only

  static void create(Napi::Env env);
  static std::shared_ptr<Environment> of(Napi::Env env);
};

// Threads that run the image chain, shared by all environments.
runtime::TaskQueue& workers();
void set_workers(int count);
// The one compute thread of a device ("cpu", "cuda:0").
runtime::TaskQueue& compute_queue(const std::string& device);

}  // namespace deeplasia::addon
