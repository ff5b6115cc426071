#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "addon/environment.h"
#include "addon/handle.h"
#include "runtime/failure.h"
#include "runtime/task_queue.h"

namespace deeplasia::addon {

// JS values and handles that a job uses while it is in flight.
struct Uses {
  std::vector<napi_value> values;    // JS values that must not be collected
  std::vector<HandleBase*> handles;  // handles that must not be released
  bool borrows_js_memory = false;    // whether the work reads memory of `values`
};

// Work for a queue's thread, and its promise: the only bridge between threads and JS.
class Job {
 public:
  Job(Napi::Env env, const Uses& uses);
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Adds the job to the queue and returns its promise. The job deletes itself.
  Napi::Value start(Napi::Env env, runtime::TaskQueue& queue);

  // Callback of the threadsafe function; `env` is null while the environment is torn down.
  static void settle(napi_env env, napi_value callback, void* context, void* job);

 protected:
  virtual void work() = 0;                        // queue's thread; may throw
  virtual Napi::Value result(Napi::Env env) = 0;  // JS thread; may throw

 private:
  void run();
  void finish(Napi::Env env);

  std::shared_ptr<Environment> environment_;
  std::vector<napi_ref> references_;
  std::vector<HandleBase*> handles_;
  bool borrows_;
  napi_deferred deferred_ = nullptr;
  std::optional<runtime::Failure> failure_;
};

// Runs `work` on the queue; `convert(env, value)` turns its result into a JS value.
template <class Work, class Convert>
Napi::Value promise(Napi::Env env, runtime::TaskQueue& queue, const Uses& uses, Work work, Convert convert) {
  using Result = std::invoke_result_t<Work>;
  class Concrete final : public Job {
   public:
    Concrete(Napi::Env env, const Uses& uses, Work work, Convert convert)
        : Job(env, uses), work_(std::move(work)), convert_(std::move(convert)) {}

   protected:
    void work() override { result_.emplace(work_()); }
    Napi::Value result(Napi::Env env) override { return convert_(env, *result_); }

   private:
    Work work_;
    Convert convert_;
    std::optional<Result> result_;
  };
  return (new Concrete(env, uses, std::move(work), std::move(convert)))->start(env, queue);
}

// Converts the result of work that has none: undefined.
inline Napi::Value to_undefined(Napi::Env env, bool) { return env.Undefined(); }

// Returns an Error with a `code`, as src/errors.ts expects it.
Napi::Error to_js_error(Napi::Env env, const runtime::Failure& failure);

}  // namespace deeplasia::addon
