#pragma once

#include <napi.h>

#include <condition_variable>
#include <memory>
#include <mutex>

namespace deeplasia::addon {

// The addon's state for one Node environment (the main thread, or one worker thread).
//
// Three lifetime rules; without each of them there was a crash:
// - finished jobs return through ONE threadsafe function, used under `mutex` and only while not `closed`;
// - after closing, queued jobs are dropped, and closing waits for running jobs that read JS memory;
// - the threadsafe function keeps the event loop alive only while jobs are in flight.
struct Environment {
  std::mutex mutex;
  std::condition_variable idle;
  bool closed = false;
  int borrowers = 0;  // running jobs that read the memory of JS buffers
  napi_threadsafe_function settle = nullptr;
  int in_flight = 0;  // JS thread only

  // `settle` is called on the JS thread with each finished job.
  static void create(Napi::Env env, napi_threadsafe_function_call_js settle);
  static std::shared_ptr<Environment> of(Napi::Env env);
};

}  // namespace deeplasia::addon
