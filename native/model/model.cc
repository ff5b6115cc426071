#include "model/model.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/InferenceMode.h>
#include <malloc.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <optional>

#include "model/archive.h"
#include "model/features.h"
#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

using runtime::CodedError;

// Runs operators in a lower precision where they allow it, for the life of the object.
class AutocastGuard {
 public:
  AutocastGuard(c10::DeviceType device, Precision precision)
      : device_(device), active_(precision != Precision::float32) {
    if (!active_) return;
    at::autocast::set_autocast_dtype(device_, precision == Precision::float16 ? at::kHalf : at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::increment_nesting();
  }
  ~AutocastGuard() {
    if (!active_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  c10::DeviceType device_;
  bool active_;
};

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

torch::jit::Module read(const std::string& path) {
  check_torchscript(path);
  try {
    return torch::jit::load(path, c10::kCPU);
  } catch (const std::exception&) {
    const auto failure = runtime::describe(std::current_exception());
    throw CodedError("ERR_DEEPLASIA_MODEL_UNREADABLE",
                     "the TorchScript archive cannot be loaded: " + failure.message);
  }
}

// Code that was traced on one device names it, and would run nowhere else.
void name_device(torch::jit::Block* block, c10::Device device) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) name_device(inner, device);
    if (node->kind() == c10::prim::Constant && node->output()->type()->kind() == c10::DeviceObjType::Kind)
      node->s_(c10::attr::value, device.str());
  }
}

// Weights and code on the device, the code in one piece.
void settle(torch::jit::Module& module, c10::Device device) {
  module.to(device);
  const auto graph = module.get_method("forward").graph();
  torch::jit::Inline(*graph);
  name_device(graph->block(), device);
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

Model::Model(const LoadOptions& options)
    : device_(options.device), threads_(options.threads), precision_(options.precision) {}

Model::~Model() = default;

std::shared_ptr<Model> Model::load(const std::string& path, const LoadOptions& options) {
  return adopt(read(path), options);
}

std::shared_ptr<Model> Model::adopt(torch::jit::Module module, const LoadOptions& options) {
  // Profiling executors specialise over the first calls, so that the same picture could get other last bits
  // early in a run than late; a frozen graph gains nothing from them.
  torch::jit::getProfilingMode() = false;

  if (options.precision == Precision::float16 && !options.device.is_cuda())
    throw CodedError("ERR_DEEPLASIA_DEVICE",
                     "16-bit floating point needs a CUDA device; use bf16 or 32 on the CPU");
  if (!module.find_method("forward"))
    throw CodedError("ERR_DEEPLASIA_MODEL_UNREADABLE", "the TorchScript module has no method 'forward'");
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
  AutocastGuard autocast(device_.type(), precision_);
  return module_->forward(std::move(inputs));
}

}  // namespace deeplasia::model
