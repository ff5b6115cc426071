#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/failure.h"

namespace deeplasia::addon {

// The native side of an opaque JS handle. All members belong to the JS thread. Jobs hold their own shared_ptr
// to the value, so its memory stays valid after the handle is disposed of.
class HandleBase {
 public:
  explicit HandleBase(int64_t bytes) : bytes_(bytes) {}
  virtual ~HandleBase() = default;
  HandleBase(const HandleBase&) = delete;
  HandleBase& operator=(const HandleBase&) = delete;

  void begin_use() { ++uses_; }
  void end_use(Napi::Env env) {
    if (--uses_ == 0 && disposed_) release(env);
  }

  // Idempotent. Resolves when no job uses the handle any more.
  Napi::Value dispose(Napi::Env env) {
    const auto deferred = Napi::Promise::Deferred::New(env);
    disposed_ = true;
    waiting_.push_back(deferred);
    if (uses_ == 0) release(env);
    return deferred.Promise();
  }

  bool disposed() const { return disposed_; }

  // V8 counts a handle as a few bytes; this reports its real size.
  void account(Napi::Env env) { Napi::MemoryManagement::AdjustExternalMemory(env, bytes_); }
  void forget(Napi::Env env) {
    drop();
    Napi::MemoryManagement::AdjustExternalMemory(env, -std::exchange(bytes_, 0));
  }

 protected:
  virtual void drop() = 0;

 private:
  void release(Napi::Env env) {
    forget(env);
    for (auto& deferred : std::exchange(waiting_, {})) deferred.Resolve(env.Undefined());
  }

  int64_t bytes_;
  int uses_ = 0;
  bool disposed_ = false;
  std::vector<Napi::Promise::Deferred> waiting_;
};

// Specialised for each handle type. The tag is random; with it, a handle of another kind is an error instead
// of a crash.
template <class T>
struct HandleKind;  // { static constexpr napi_type_tag tag; static constexpr const char* name; }

template <class T>
class Handle : public HandleBase {
 public:
  Handle(std::shared_ptr<T> value, int64_t bytes) : HandleBase(bytes), value_(std::move(value)) {}

  static Napi::Value create(Napi::Env env, std::shared_ptr<T> value, int64_t bytes) {
    auto* handle = new Handle(std::move(value), bytes);
    auto external = Napi::External<HandleBase>::New(env, handle, [](Napi::Env finalizing, HandleBase* base) {
      base->forget(finalizing);
      delete base;
    });
    external.TypeTag(&HandleKind<T>::tag);
    handle->account(env);
    return external;
  }

  static Handle& from(const Napi::Value& value) {
    if (!value.IsExternal() || !value.As<Napi::External<HandleBase>>().CheckTypeTag(&HandleKind<T>::tag))
      throw Napi::TypeError::New(value.Env(), std::string("not a ") + HandleKind<T>::name + " handle");
    auto& handle = static_cast<Handle&>(*value.As<Napi::External<HandleBase>>().Data());
    if (handle.disposed())
      throw runtime::CodedError("ERR_DEEPLASIA_DISPOSED",
                                std::string("the ") + HandleKind<T>::name + " was disposed of");
    return handle;
  }

  const std::shared_ptr<T>& value() const { return value_; }

 protected:
  void drop() override { value_.reset(); }

 private:
  std::shared_ptr<T> value_;
};

}  // namespace deeplasia::addon
