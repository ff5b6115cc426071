#include "network/state.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <unordered_map>

namespace deeplasia::network {
namespace {

void collect(const torch::jit::Module& module, const std::string& prefix, State& found) {
  const auto type = module.type();
  const auto object = module._ivalue();
  const auto add = [&](size_t slot) {
    const c10::IValue& value = object->getSlot(slot);
    if (value.isTensor()) found.emplace_back(prefix + type->getAttributeName(slot), value.toTensor());
  };
  for (size_t slot = 0; slot < type->numAttributes(); ++slot)
    if (type->is_parameter(slot)) add(slot);
  for (size_t slot = 0; slot < type->numAttributes(); ++slot)
    if (type->is_buffer(slot)) add(slot);
  for (const auto& child : module.named_children()) collect(child.value, prefix + child.name + ".", found);
}

}  // namespace

State state(const torch::jit::Module& module) {
  State found;
  collect(module, "", found);
  return found;
}

Mismatch assign(const torch::jit::Module& module, const State& values) {
  std::unordered_map<std::string, at::Tensor> offered(values.begin(), values.end());
  Mismatch mismatch;
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  for (const auto& [name, own] : state(module)) {
    const auto match = offered.extract(name);
    if (match.empty())
      mismatch.missing.push_back(name);
    else if (match.mapped().sizes() != own.sizes())
      mismatch.shapes.push_back({name, own.sizes().vec(), match.mapped().sizes().vec()});
    else
      copies.emplace_back(own, match.mapped());
  }
  for (const auto& [name, tensor] : values)
    if (offered.contains(name)) mismatch.unexpected.push_back(name);
  if (!mismatch.empty()) return mismatch;
  const at::NoGradGuard no_gradients;
  for (const auto& [own, value] : copies) own.copy_(value);
  return mismatch;
}

}  // namespace deeplasia::network
