// Reads files of weights, copies them into a network, and writes them.
#include <filesystem>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "archive/file_kind.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/describe.h"
#include "checkpoint/safetensors.h"
#include "network/digest.h"
#include "network/state.h"
#include "network/tensors.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

// A description may be longer than the file by this much.
constexpr size_t kSmallDescription = 1 << 20;

struct Read {
  const char* format;
  checkpoint::Description description;
};

const char* name_of(checkpoint::Checkpoint::Format format) {
  using Format = checkpoint::Checkpoint::Format;
  if (format == Format::zip) return "zip";
  return format == Format::legacy ? "legacy" : "pickle";
}

// Returns safetensors as a checkpoint with a dictionary of tensors and one of texts.
checkpoint::Value as_value(const checkpoint::Safetensors& contents) {
  const auto dict = [] { return std::make_shared<checkpoint::Dict>(); };
  auto root = dict(), tensors = dict(), metadata = dict();
  const auto add = [](checkpoint::Dict& to, const std::string& key, checkpoint::Value value) {
    to.items.emplace_back(checkpoint::Value::of_text(key), std::move(value));
  };
  for (const auto& [name, tensor] : contents.tensors)
    add(*tensors, name, {std::make_shared<checkpoint::Tensor>(tensor)});
  for (const auto& [key, text] : contents.metadata) add(*metadata, key, checkpoint::Value::of_text(text));
  add(*root, "state_dict", {tensors});
  add(*root, "metadata", {metadata});
  return {root};
}

Read read(const std::string& path) {
  const bool is_safetensors = archive::file_kind(path) == archive::FileKind::safetensors;
  std::error_code ignored;
  const auto file_size = std::filesystem::file_size(path, ignored);
  const size_t most_bytes = kSmallDescription + (ignored ? 0 : static_cast<size_t>(file_size));
  if (is_safetensors)
    return {"safetensors", checkpoint::describe(as_value(checkpoint::read_safetensors(path)), most_bytes)};
  const auto contents = checkpoint::read_checkpoint(path);
  return {name_of(contents.format), checkpoint::describe(contents.root, most_bytes)};
}

int64_t bytes_of(const CheckpointTensors& contents) {
  int64_t bytes = 0;
  for (const auto& tensor : contents.tensors) bytes += tensor->element_count() * tensor->dtype->size;
  return bytes;
}

Napi::Array names_to_js(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array array = Napi::Array::New(env, names.size());
  for (uint32_t i = 0; i < names.size(); ++i) array.Set(i, names[i]);
  return array;
}

Napi::Array shape_to_js(Napi::Env env, const std::vector<int64_t>& shape) {
  Napi::Array array = Napi::Array::New(env, shape.size());
  for (uint32_t i = 0; i < shape.size(); ++i) array.Set(i, static_cast<double>(shape[i]));
  return array;
}

Napi::Value mismatch_to_js(Napi::Env env, const network::Mismatch& mismatch) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("missing", names_to_js(env, mismatch.missing));
  result.Set("unexpected", names_to_js(env, mismatch.unexpected));
  Napi::Array shapes = Napi::Array::New(env, mismatch.shapes.size());
  for (uint32_t i = 0; i < mismatch.shapes.size(); ++i) {
    Napi::Object shape = Napi::Object::New(env);
    shape.Set("name", mismatch.shapes[i].name);
    shape.Set("wanted", shape_to_js(env, mismatch.shapes[i].wanted));
    shape.Set("offered", shape_to_js(env, mismatch.shapes[i].offered));
    shapes.Set(i, shape);
  }
  result.Set("shapes", shapes);
  return result;
}

// A tensor of a checkpoint under the name that it has in the network.
struct Assignment {
  std::string name;
  std::shared_ptr<checkpoint::Tensor> tensor;
  bool sum_channels;
};

std::vector<Assignment> assignments(const Napi::CallbackInfo& info, size_t index,
                                    const CheckpointTensors& from) {
  const auto array = object_argument(info, index, "assignments").As<Napi::Array>();
  std::vector<Assignment> result;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto entry = array.Get(i).As<Napi::Object>();
    const int64_t place = integer(entry, "tensor");
    if (place < 0 || place >= static_cast<int64_t>(from.tensors.size()))
      throw Napi::TypeError::New(info.Env(), "assignments: no such tensor");
    result.push_back({text(entry, "name"), from.tensors[place], boolean(entry, "sumChannels")});
  }
  return result;
}

network::State offered(const std::vector<Assignment>& assignments) {
  network::State state;
  for (const auto& [name, tensor, sum_channels] : assignments) {
    const at::Tensor value = network::to_torch(tensor);
    state.emplace_back(name, sum_channels ? value.sum(1, /*keepdim=*/true) : value);
  }
  return state;
}

// Tensors that are not given keep their values.
void complete(network::State& state, const torch::jit::Module& module) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : state) names.insert(name);
  for (const auto& [name, tensor] : network::state(module))
    if (!names.contains(name)) state.emplace_back(name, tensor);
}

}  // namespace

Napi::Value read_checkpoint(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 0, "path");
  return promise(
      info.Env(), runtime::workers(), {}, [=] { return read(path); },
      [](Napi::Env env, Read& contents) -> Napi::Value {
        auto held = std::make_shared<CheckpointTensors>(std::move(contents.description.tensors));
        const int64_t bytes = bytes_of(*held);
        Napi::Object result = Napi::Object::New(env);
        result.Set("format", contents.format);
        result.Set("json", contents.description.json);
        result.Set("handle", Handle<CheckpointTensors>::create(env, std::move(held), bytes));
        return result;
      });
}

Napi::Value assign_tensors(const Napi::CallbackInfo& info) {
  auto& handle = Handle<Network>::from(info[0]);
  auto& source = Handle<CheckpointTensors>::from(info[1]);
  const auto wanted = assignments(info, 2, *source.value());
  const bool keep_rest = info[3].ToBoolean();
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {{info[0], info[1]}, {&handle, &source}},
      [network = handle.value(), wanted, keep_rest] {
        network::State state = offered(wanted);
        if (keep_rest) complete(state, network->module());
        return network::assign(network->module(), state);
      },
      mismatch_to_js);
}

Napi::Value save_tensors(const Napi::CallbackInfo& info) {
  auto& handle = Handle<Network>::from(info[0]);
  const std::string path = text_argument(info, 1, "path");
  const auto texts = object_argument(info, 2, "metadata");
  std::map<std::string, std::string> metadata;
  const auto keys = texts.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const std::string key = keys.Get(i).ToString().Utf8Value();
    metadata[key] = text(texts, key.c_str());
  }
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {{info[0]}, {&handle}},
      [network = handle.value(), path, metadata] {
        const network::State state = network::state(network->module());
        checkpoint::Safetensors contents{{}, metadata};
        for (auto& [key, value] : contents.metadata) value = network::with_digest(value, state);
        for (const auto& [name, tensor] : state)
          contents.tensors.emplace_back(name, network::from_torch(tensor));
        checkpoint::write_safetensors(path, contents);
        return true;
      },
      to_undefined);
}

}  // namespace deeplasia::addon
