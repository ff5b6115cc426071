#include "addon/promise_task.h"

#include <string>

namespace deeplasia::addon {

Napi::Error to_js_error(Napi::Env env, const runtime::Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  return error;
}

Job::Job(Napi::Env env, const Uses& uses)
    : environment_(Environment::of(env)), handles_(uses.handles), borrows_(uses.borrows_js_memory) {
  for (napi_value value : uses.values) {
    napi_ref reference = nullptr;
    napi_create_reference(env, value, 1, &reference);
    references_.push_back(reference);
  }
  for (HandleBase* handle : handles_) handle->begin_use();
}

Napi::Value Job::start(Napi::Env env, runtime::TaskQueue& queue) {
  napi_value promise = nullptr;
  napi_create_promise(env, &deferred_, &promise);
  if (environment_->in_flight++ == 0) napi_ref_threadsafe_function(env, environment_->settle);
  queue.post([this] { run(); });
  return {env, promise};
}

void Job::run() {
  {
    std::lock_guard lock(environment_->mutex);
    if (environment_->closed) {
      delete this;
      return;
    }
    if (borrows_) ++environment_->borrowers;
  }
  try {
    work();
  } catch (...) {
    failure_ = runtime::describe(std::current_exception());
  }
  const std::shared_ptr<Environment> environment = environment_;  // outlives this
  std::lock_guard lock(environment->mutex);
  if (borrows_) --environment->borrowers;
  if (environment->closed) {
    delete this;
  } else {
    napi_call_threadsafe_function(environment->settle, this, napi_tsfn_nonblocking);
  }
  environment->idle.notify_all();
}

void Job::settle(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  if (env == nullptr) return;  // the environment is torn down: no code waits for this promise any more
  const Napi::HandleScope scope(env);
  try {
    job->finish(env);
  } catch (const Napi::Error&) {
    // Node refuses calls while it terminates a worker: node-addon-api throws, and no frame above this one
    // catches.
  }
}

void Job::finish(Napi::Env env) {
  try {
    if (failure_) throw to_js_error(env, *failure_);
    napi_resolve_deferred(env, deferred_, result(env));
  } catch (const Napi::Error& error) {
    napi_reject_deferred(env, deferred_, error.Value());
  } catch (...) {
    napi_reject_deferred(env, deferred_,
                         to_js_error(env, runtime::describe(std::current_exception())).Value());
  }
  for (HandleBase* handle : handles_) handle->end_use(env);
  for (napi_ref reference : references_) napi_delete_reference(env, reference);
  if (--environment_->in_flight == 0) napi_unref_threadsafe_function(env, environment_->settle);
}

}  // namespace deeplasia::addon
