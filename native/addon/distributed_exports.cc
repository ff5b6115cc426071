#include <torch/script.h>

#include <utility>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/promise_task.h"
#include "addon/trainer_task.h"
#include "addon/values.h"
#include "distributed/group.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

using distributed::Group;
using distributed::Milliseconds;
using training::Trainer;

// The tasks of this queue wait for other processes.
runtime::TaskQueue& group_queue() {
  static auto* const queue = new runtime::TaskQueue(1);
  return *queue;
}

Milliseconds milliseconds(const Napi::Object& object, const char* name) {
  return Milliseconds(integer(object, name));
}

template <class Work, class Convert>
Napi::Value task(const Napi::CallbackInfo& info, const Work& work, const Convert& convert) {
  auto& handle = Handle<Group>::from(info[0]);
  return promise(
      info.Env(), group_queue(), {{info[0]}, {&handle}},
      [group = handle.value(), work] { return work(*group); }, convert);
}

}  // namespace

Napi::Value join_group(const Napi::CallbackInfo& info) {
  const Napi::Object object = object_argument(info, 0, "options");
  const distributed::GroupOptions options{
      .host = text(object, "host"),
      .port = static_cast<int>(integer(object, "port")),
      .rank = static_cast<int>(integer(object, "rank")),
      .size = static_cast<int>(integer(object, "ranks")),
      .address = text(object, "address"),
      .name = text(object, "name"),
      .arrival = milliseconds(object, "arrivalMs"),
      .silence = milliseconds(object, "silenceMs"),
      .timeout = milliseconds(object, "timeoutMs"),
  };
  return promise(
      info.Env(), group_queue(), {}, [options] { return std::make_shared<Group>(options); },
      [](Napi::Env env, const std::shared_ptr<Group>& group) {
        return Handle<Group>::create(env, group, 0);
      });
}

Napi::Value gather_texts(const Napi::CallbackInfo& info) {
  const std::string own = text_argument(info, 1, "text");
  return task(
      info, [own](Group& group) { return group.gather(own); },
      [](Napi::Env env, const std::vector<std::string>& texts) -> Napi::Value {
        Napi::Array all = Napi::Array::New(env, texts.size());
        for (size_t i = 0; i < texts.size(); ++i) all.Set(i, Napi::String::New(env, texts[i]));
        return all;
      });
}

Napi::Value close_group(const Napi::CallbackInfo& info) {
  return task(info, [](Group& group) { return group.close(), true; }, to_undefined);
}

Napi::Value leave_group(const Napi::CallbackInfo& info) {
  const std::string why = text_argument(info, 1, "why");
  return task(info, [why](Group& group) { return group.leave(why), true; }, to_undefined);
}

Napi::Value join_trainers(const Napi::CallbackInfo& info) {
  auto& handle = Handle<Group>::from(info[1]);
  const int64_t capacity = integer_argument(info, 2, "capacity");
  const bool sync = boolean_argument(info, 3, "syncBatchNorm");
  const std::string backend = text_argument(info, 4, "backend");
  return trainer_task(
      info, {{info[1]}, {&handle}},
      [group = handle.value(), capacity, sync, backend](Trainer& trainer) {
        return trainer.join(group, capacity, sync, backend);
      },
      [](Napi::Env env, const std::string& chosen) { return Napi::String::New(env, chosen); });
}

Napi::Value synchronise_trainers(const Napi::CallbackInfo& info) {
  return trainer_task(info, {}, [](Trainer& trainer) { return trainer.synchronise(), true; }, to_undefined);
}

Napi::Value gather_gradients(const Napi::CallbackInfo& info) {
  return trainer_task(
      info, {}, [](Trainer& trainer) { return trainer.gather_gradients(), true; }, to_undefined);
}

}  // namespace deeplasia::addon
