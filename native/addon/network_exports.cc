// Networks that native/network/ builds.
#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "archive/save_archive.h"
#include "network/backbones.h"
#include "network/bone_age.h"
#include "network/expectation.h"
#include "network/initialise.h"
#include "network/mask_network.h"
#include "network/mobilenet.h"
#include "network/state.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

std::vector<int64_t> integers(const Napi::Object& object, const char* name) {
  std::vector<int64_t> result;
  for (const double value : numbers(object, name)) result.push_back(static_cast<int64_t>(value));
  return result;
}

// Returns whether ConvNeXt's fc1 and fc2 are matrices; none where the configuration does not state it.
std::optional<bool> matrices(const Napi::Object& object) {
  const Napi::Value value = object.Get("hasMatrices");
  return value.IsBoolean() ? std::optional<bool>(value.ToBoolean()) : std::nullopt;
}

network::NetworkConfig network_config(const Napi::Object& object) {
  using network::Generation, network::SamePadding;
  network::NetworkConfig config;
  config.generation = boolean(object, "legacy") ? Generation::legacy : Generation::current;
  config.backbone = text(object, "backbone");
  config.dense_layers = integers(object, "denseLayers");
  config.sex_dcs = integer(object, "sexDcs");
  config.dropout = number(object, "dropout");
  config.explicit_sex_classifier = integers(object, "explicitSexClassifier");
  config.correct_predicted_sex = boolean(object, "correctPredictedSex");
  const auto sigma = numbers(object, "learnableSigma");
  if (sigma.size() == 2) config.learnable_sigma = {sigma[0], sigma[1]};
  config.imagenet_classifier = boolean(object, "imagenetClassifier");
  config.padding = text(object, "padding") == "dynamic" ? SamePadding::dynamic : SamePadding::static_;
  config.has_matrices = matrices(object);
  return config;
}

int64_t bytes_of(const torch::jit::Module& module) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : network::state(module)) bytes += static_cast<int64_t>(tensor.nbytes());
  return bytes;
}

}  // namespace

Napi::Value backbones(const Napi::CallbackInfo& info) {
  const auto all = network::backbone_facts();
  Napi::Array result = Napi::Array::New(info.Env(), all.size());
  for (uint32_t i = 0; i < all.size(); ++i) {
    Napi::Object facts = Napi::Object::New(info.Env());
    facts.Set("name", all[i].name);
    facts.Set("features", static_cast<double>(all[i].features));
    Napi::Array repeats = Napi::Array::New(info.Env(), all[i].repeats.size());
    for (uint32_t j = 0; j < all[i].repeats.size(); ++j)
      repeats.Set(j, static_cast<double>(all[i].repeats[j]));
    facts.Set("repeats", repeats);
    result.Set(i, facts);
  }
  return result;
}

Napi::Value build_network(const Napi::CallbackInfo& info) {
  const auto config = network_config(object_argument(info, 0, "config"));
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {},
      [config] { return std::make_shared<Network>(Network{network::build(config)}); },
      [](Napi::Env env, const std::shared_ptr<Network>& network) {
        return Handle<Network>::create(env, network, bytes_of(network->module()));
      });
}

Napi::Value build_mask_network(const Napi::CallbackInfo& info) {
  const Napi::Object object = object_argument(info, 0, "config");
  const network::MaskNetworkConfig config{integer(object, "filters"), integer(object, "kernel"),
                                          integer(object, "maxFilters")};
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {},
      [config] { return std::make_shared<Network>(Network{network::build_mask_network(config)}); },
      [](Napi::Env env, const std::shared_ptr<Network>& network) {
        return Handle<Network>::create(env, network, bytes_of(network->module()));
      });
}

Napi::Value build_expectation_network(const Napi::CallbackInfo& info) {
  const Napi::Object object = object_argument(info, 0, "config");
  const network::ExpectationConfig config{
      .trunk = {.name = text(object, "trunk"),
                .planes = integer(object, "planes"),
                .has_matrices = matrices(object),
                .drop_path = number(object, "dropPath")},
      .bins = integer(object, "bins"),
      .members = integer(object, "members"),
      .dropout = number(object, "dropout"),
      .has_months = boolean(object, "hasMonths"),
  };
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {},
      [config] { return std::make_shared<Network>(Network{network::build_expectation(config)}); },
      [](Napi::Env env, const std::shared_ptr<Network>& network) {
        return Handle<Network>::create(env, network, bytes_of(network->module()));
      });
}

Napi::Value build_cropper(const Napi::CallbackInfo& info) {
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {},
      [] { return std::make_shared<Network>(Network{network::build_cropper()}); },
      [](Napi::Env env, const std::shared_ptr<Network>& network) {
        return Handle<Network>::create(env, network, bytes_of(network->module()));
      });
}

Napi::Value network_tensors(const Napi::CallbackInfo& info) {
  const auto state = network::state(Handle<Network>::from(info[0]).value()->module());
  Napi::Array result = Napi::Array::New(info.Env(), state.size());
  for (uint32_t i = 0; i < state.size(); ++i) result.Set(i, state[i].first);
  return result;
}

Napi::Value initialise_network(const Napi::CallbackInfo& info) {
  auto& handle = Handle<Network>::from(info[0]);
  const auto seed = static_cast<uint64_t>(integer_argument(info, 1, "seed"));
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {{info[0]}, {&handle}},
      [network = handle.value(), seed] {
        network::initialise(network->module(), seed);
        return true;
      },
      to_undefined);
}

Napi::Value save_network(const Napi::CallbackInfo& info) {
  auto& handle = Handle<Network>::from(info[0]);
  const std::string path = text_argument(info, 1, "path");
  const std::string name = text_argument(info, 2, "name");
  const std::string content = text_argument(info, 3, "text");
  return promise(
      info.Env(), runtime::compute_queue("cpu"), {{info[0]}, {&handle}},
      [network = handle.value(), path, name, content] {
        network->module().eval();
        archive::save_archive(network->module(), path, name, content);
        return true;
      },
      to_undefined);
}

}  // namespace deeplasia::addon
