#include "graph/device_names.h"

#include <torch/script.h>

namespace deeplasia::graph {
namespace {

void name_device(torch::jit::Block* block, c10::Device device) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) name_device(inner, device);
    if (node->kind() == c10::prim::Constant && node->output()->type()->kind() == c10::DeviceObjType::Kind)
      node->s_(c10::attr::value, device.str());
  }
}

}  // namespace

void name_device(const torch::jit::Module& module, c10::Device device) {
  for (const torch::jit::Module& part : module.modules())
    for (const torch::jit::Method& method : part.get_methods()) name_device(method.graph()->block(), device);
}

}  // namespace deeplasia::graph
