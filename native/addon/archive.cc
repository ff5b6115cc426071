#include "model/archive.h"

#include <optional>
#include <string>

#include "addon/glue.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "model/module.h"

namespace deeplasia::addon {
namespace {

model::Trust trust_argument(const Napi::CallbackInfo& info, size_t index) {
  return info[index].ToBoolean() ? model::Trust::yes : model::Trust::no;
}

}  // namespace

Napi::Value read_extra_file(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 0, "path");
  const std::string name = text_argument(info, 1, "name");
  return promise(
      info.Env(), workers(), {}, [=] { return model::read_extra_file(path, name); },
      [](Napi::Env env, const std::optional<std::string>& content) -> Napi::Value {
        if (!content) return env.Null();
        return Napi::String::New(env, *content);
      });
}

Napi::Value model_file_kind(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 0, "path");
  return promise(
      info.Env(), workers(), {}, [=] { return model::file_kind(path); },
      [](Napi::Env env, model::FileKind kind) -> Napi::Value {
        const bool is_checkpoint = kind == model::FileKind::checkpoint;
        const char* other = kind == model::FileKind::safetensors ? "safetensors" : "torchscript";
        return Napi::String::New(env, is_checkpoint ? "checkpoint" : other);
      });
}

Napi::Value write_extra_file(const Napi::CallbackInfo& info) {
  const std::string source = text_argument(info, 0, "source");
  const std::string target = text_argument(info, 1, "target");
  const std::string name = text_argument(info, 2, "name");
  const std::string content = text_argument(info, 3, "text");
  const model::Trust trust = trust_argument(info, 4);
  // Not a worker: the weights' digest needs the module, and its code runs where models run.
  return promise(
      info.Env(), compute_queue("cpu"), {},
      [=] {
        model::write_extra_file(source, target, name, content, trust);
        return true;
      },
      [](Napi::Env env, bool) -> Napi::Value { return env.Undefined(); });
}

Napi::Value halve_archive(const Napi::CallbackInfo& info) {
  const std::string source = text_argument(info, 0, "source");
  const std::string target = text_argument(info, 1, "target");
  const std::string name = text_argument(info, 2, "name");
  const std::string content = text_argument(info, 3, "text");
  const model::Trust trust = trust_argument(info, 4);
  return promise(
      info.Env(), workers(), {},
      [=] { return model::halve_archive(source, target, name, content, trust), true; },
      [](Napi::Env env, bool) -> Napi::Value { return env.Undefined(); });
}

}  // namespace deeplasia::addon
