#include "model/model.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/InferenceMode.h>
#include <malloc.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/script.h>

#include <iostream>
#include <optional>

#include "model/autocast.h"
#include "model/features.h"
#include "model/module.h"
#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

using runtime::CodedError;

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

// Weights and code on the device, the code in one piece.
void settle(torch::jit::Module& module, c10::Device device) {
  module.to(device);
  torch::jit::Inline(*module.get_method("forward").graph());
  name_device(module, device);
}

// Folding and freezing need a module that nothing changes; one that changes its attributes runs as it is.
// Each step makes new weights, so what it was made of is let go at once.
void optimize(torch::jit::Module& module, c10::Device device) {
  try {
    module = torch::jit::freeze(module);
    if (device.is_cpu()) module = torch::jit::optimize_for_inference(module);
  } catch (const std::exception&) {
    return;
  }
}

// What loading took and gave back lies in heaps of several threads, which keep it (the bootstrap sees to
// that, for the sake of forward).
void return_memory() { malloc_trim(0); }

}  // namespace

int cuda_device_count() {
  return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

c10::Device parse_device(const std::string& name) {
  std::optional<c10::Device> device;
  try {
    device.emplace(name);
  } catch (const c10::Error&) {
    throw CodedError("ERR_DEEPLASIA_DEVICE", "'" + name + "' is not a device; use cpu, cuda or cuda:n");
  }
  if (device->is_cpu()) return c10::Device(c10::kCPU);
  const int count = cuda_device_count();
  if (!device->is_cuda() || !at::globalContext().hasCUDA())
    throw CodedError("ERR_DEEPLASIA_DEVICE", "the libtorch in use was built without support for " + name);
  const int index = device->has_index() ? device->index() : 0;
  if (index >= count)
    throw CodedError("ERR_DEEPLASIA_DEVICE",
                     name + " was asked for, but " + std::to_string(count) + " CUDA device(s) answer");
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

void check_precision(c10::Device device, Precision precision) {
  if (precision == Precision::float16 && !device.is_cuda())
    throw CodedError("ERR_DEEPLASIA_DEVICE",
                     "16-bit floating point needs a CUDA device; use bf16 or 32 on the CPU");
}

Model::Model(const LoadOptions& options)
    : device_(options.device), threads_(options.threads), precision_(options.precision) {}

Model::~Model() = default;

std::shared_ptr<Model> Model::load(const std::string& path, const LoadOptions& options) {
  return adopt(read_module(path, options.trust), options);
}

std::shared_ptr<Model> Model::adopt(torch::jit::Module module, const LoadOptions& options) {
  // Profiling executors specialise over the first calls, so that the same picture could get other last bits
  // early in a run than late; a frozen graph gains nothing from them.
  torch::jit::getProfilingMode() = false;

  // stdout is data only.
  torch::jit::setPrintHandler([](const std::string& text) { std::cerr << text; });

  check_precision(options.device, options.precision);
  require_weights(module, options.weights_digest);
  module.eval();
  const std::shared_ptr<Model> model(new Model(options));
  model->facts_ = facts_of(module);
  c10::InferenceMode inference;
  model->code_ = module._ivalue()->compilation_unit();
  model->facts_.has_features = gives_features(module);
  if (model->facts_.has_features) module = with_features(module);
  settle(module, options.device);
  if (options.optimize) optimize(module, options.device);
  model->module_ = std::make_unique<torch::jit::Module>(std::move(module));
  return_memory();
  return model;
}

c10::IValue Model::run(std::vector<c10::IValue> inputs) {
  c10::InferenceMode inference;
  for (auto& input : inputs)
    if (input.isTensor()) input = input.toTensor().to(device_);
  const AutocastGuard autocast(device_.type(), precision_);
  return module_->forward(std::move(inputs));
}

}  // namespace deeplasia::model
