#include <optional>
#include <string>

#include "addon/exports.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "archive/extra_file.h"
#include "archive/file_kind.h"
#include "archive/halve_archive.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

archive::Trust trust_argument(const Napi::CallbackInfo& info, size_t index) {
  return info[index].ToBoolean() ? archive::Trust::yes : archive::Trust::no;
}

}  // namespace

Napi::Value read_extra_file(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 0, "path");
  const std::string name = text_argument(info, 1, "name");
  return promise(
      info.Env(), runtime::workers(), {}, [=] { return archive::read_extra_file(path, name); },
      [](Napi::Env env, const std::optional<std::string>& content) -> Napi::Value {
        if (!content) return env.Null();
        return Napi::String::New(env, *content);
      });
}

Napi::Value model_file_kind(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 0, "path");
  return promise(
      info.Env(), runtime::workers(), {}, [=] { return archive::file_kind(path); },
      [](Napi::Env env, archive::FileKind kind) -> Napi::Value {
        const bool is_checkpoint = kind == archive::FileKind::checkpoint;
        const char* other = kind == archive::FileKind::safetensors ? "safetensors" : "torchscript";
        return Napi::String::New(env, is_checkpoint ? "checkpoint" : other);
      });
}

Napi::Value write_extra_file(const Napi::CallbackInfo& info) {
  const std::string source = text_argument(info, 0, "source");
  const std::string target = text_argument(info, 1, "target");
  const std::string name = text_argument(info, 2, "name");
  const std::string content = text_argument(info, 3, "text");
  const archive::Trust trust = trust_argument(info, 4);
  // On the compute thread: the weights' digest needs the module, and the module's code runs there.
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {},
      [=] {
        archive::write_extra_file(source, target, name, content, trust);
        return true;
      },
      to_undefined);
}

Napi::Value halve_archive(const Napi::CallbackInfo& info) {
  const std::string source = text_argument(info, 0, "source");
  const std::string target = text_argument(info, 1, "target");
  const std::string name = text_argument(info, 2, "name");
  const std::string content = text_argument(info, 3, "text");
  const archive::Trust trust = trust_argument(info, 4);
  return promise(
      info.Env(), runtime::workers(), {},
      [=] { return archive::halve_archive(source, target, name, content, trust), true; }, to_undefined);
}

}  // namespace deeplasia::addon
