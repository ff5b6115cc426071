#include "addon/environment.h"

#include <utility>

namespace deeplasia::addon {
namespace {

void close(void* data) {
  auto& environment = **static_cast<std::shared_ptr<Environment>*>(data);
  std::unique_lock lock(environment.mutex);
  environment.closed = true;
  napi_release_threadsafe_function(environment.settle, napi_tsfn_abort);
  environment.idle.wait(lock, [&] { return environment.borrowers == 0; });
}

}  // namespace

void Environment::create(Napi::Env env, napi_threadsafe_function_call_js settle) {
  auto* holder = new std::shared_ptr<Environment>(std::make_shared<Environment>());
  napi_value name;
  napi_create_string_utf8(env, "deeplasia", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, settle,
                                  &(*holder)->settle);
  napi_unref_threadsafe_function(env, (*holder)->settle);
  // Added after the threadsafe function: hooks run last-in first-out, and this one still uses it.
  napi_add_env_cleanup_hook(env, close, holder);
  napi_set_instance_data(
      env, holder,
      [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<Environment>*>(data); }, nullptr);
}

std::shared_ptr<Environment> Environment::of(Napi::Env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<std::shared_ptr<Environment>*>(data);
}

}  // namespace deeplasia::addon
