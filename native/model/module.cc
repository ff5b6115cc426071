#include "model/module.h"

#include <torch/script.h>

#include "model/archive.h"
#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

void name_device(torch::jit::Block* block, c10::Device device) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) name_device(inner, device);
    if (node->kind() == c10::prim::Constant && node->output()->type()->kind() == c10::DeviceObjType::Kind)
      node->s_(c10::attr::value, device.str());
  }
}

torch::jit::Module load(const std::string& path) try {
  return torch::jit::load(path, c10::kCPU);
} catch (const std::exception&) {
  const auto failure = runtime::describe(std::current_exception());
  throw runtime::CodedError(kUnreadable, "the TorchScript archive cannot be loaded: " + failure.message);
}

template <class Tensors>
void cast(const Tensors& tensors, at::ScalarType from, at::ScalarType to) {
  for (const at::Tensor& tensor : tensors)
    if (tensor.scalar_type() == from) tensor.set_data(tensor.detach().to(to));
}

}  // namespace

torch::jit::Module read_module(const std::string& path) {
  check_torchscript(path);
  torch::jit::Module module = load(path);
  if (!module.find_method("forward"))
    throw runtime::CodedError(kUnreadable, "the TorchScript module has no method 'forward'");
  cast(module.parameters(), at::kHalf, at::kFloat);
  cast(module.buffers(), at::kHalf, at::kFloat);
  return module;
}

void halve_archive(const std::string& source, const std::string& target, const std::string& name) {
  const torch::jit::Module module = read_module(source);
  cast(module.parameters(), at::kFloat, at::kHalf);
  save_archive(module, target, name, read_extra_file(source, name).value_or(""));
}

void name_device(const torch::jit::Module& module, c10::Device device) {
  for (const torch::jit::Module& part : module.modules())
    for (const torch::jit::Method& method : part.get_methods()) name_device(method.graph()->block(), device);
}

}  // namespace deeplasia::model
