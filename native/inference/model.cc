#include "inference/model.h"

#include <c10/core/InferenceMode.h>
#include <malloc.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/script.h>

#include <iostream>

#include "archive/read_module.h"
#include "graph/features.h"
#include "graph/freeze.h"
#include "runtime/autocast.h"

namespace deeplasia::inference {
namespace {

Facts facts_of(const torch::jit::Module& module) {
  Facts facts{};
  for (const auto& tensor : module.parameters()) {
    facts.parameters += tensor.numel();
    facts.bytes += static_cast<int64_t>(tensor.nbytes());
  }
  for (const auto& tensor : module.buffers()) {
    facts.buffers += tensor.numel();
    facts.bytes += static_cast<int64_t>(tensor.nbytes());
  }
  const auto& schema = module.get_method("forward").function().getSchema();
  facts.inputs = static_cast<int64_t>(schema.arguments().size()) - 1;
  std::ostringstream text;
  text << schema;
  facts.schema = text.str();
  return facts;
}

// Returns memory that loading has freed to the system. The heaps of several threads keep it otherwise, by
// the bootstrap's settings, which make forward fast.
void return_memory() { malloc_trim(0); }

}  // namespace

Model::Model(const LoadOptions& options)
    : device_(options.device),
      threads_(options.threads),
      precision_(options.precision),
      sex_plane_(options.sex_plane),
      age_bins_(options.age_bins) {}

Model::~Model() = default;

std::shared_ptr<Model> Model::load(const std::string& path, const LoadOptions& options) {
  return adopt(archive::read_module(path, options.trust), options);
}

std::shared_ptr<Model> Model::adopt(torch::jit::Module module, const LoadOptions& options) {
  // Profiling executors specialise during the first calls, so the same picture could get other last bits
  // early in a run than later. A frozen graph gains nothing from them.
  torch::jit::getProfilingMode() = false;

  // stdout is data only.
  torch::jit::setPrintHandler([](const std::string& text) { std::cerr << text; });

  runtime::check_precision(options.device, options.precision);
  archive::require_weights(module, options.weights_digest);
  module.eval();
  const std::shared_ptr<Model> model(new Model(options));
  model->facts_ = facts_of(module);
  c10::InferenceMode inference;
  model->code_ = module._ivalue()->compilation_unit();
  model->facts_.has_features = graph::gives_features(module);
  if (model->facts_.has_features) module = graph::with_features(module);
  graph::settle(module, options.device);
  if (options.optimize) model->facts_.frozen = graph::freeze(module, options.device, options.precision);
  model->module_ = std::make_unique<torch::jit::Module>(std::move(module));
  return_memory();
  return model;
}

c10::IValue Model::run(std::vector<c10::IValue> inputs) {
  c10::InferenceMode inference;
  for (auto& input : inputs)
    if (input.isTensor()) input = input.toTensor().to(device_);
  const runtime::AutocastGuard autocast(device_.type(), precision_);
  return module_->forward(std::move(inputs));
}

}  // namespace deeplasia::inference
