#include "graph/freeze.h"

#include <torch/csrc/jit/passes/inliner.h>
#include <torch/script.h>

#include "graph/device_names.h"

namespace deeplasia::graph {

void settle(torch::jit::Module& module, c10::Device device) {
  module.to(device);
  torch::jit::Inline(*module.get_method("forward").graph());
  name_device(module, device);
}

// Each step makes new weights; the module that it was made of is released at once.
void freeze(torch::jit::Module& module, c10::Device device) {
  try {
    module = torch::jit::freeze(module);
    if (device.is_cpu()) module = torch::jit::optimize_for_inference(module);
  } catch (const std::exception&) {
    return;
  }
}

}  // namespace deeplasia::graph
