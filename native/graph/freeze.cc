#include "graph/freeze.h"

#include <torch/csrc/jit/passes/inliner.h>
#include <torch/script.h>

#include <algorithm>

#include "graph/device_names.h"
#include "graph/mbconv.h"
#include "graph/onednn.h"
#include "graph/response.h"
#include "graph/row_linear.h"

namespace deeplasia::graph {
namespace {

bool is_convolution(const torch::jit::Node* node) {
  return node->kind() == c10::aten::conv2d || node->kind() == c10::aten::_convolution;
}

}  // namespace

void settle(torch::jit::Module& module, c10::Device device) {
  module.to(device);
  torch::jit::Inline(*module.get_method("forward").graph());
  name_device(module, device);
}

// Each step makes new weights; the module that it was made of is released at once. Operators of oneDNN's
// layouts know no autocast: they would stay in float32.
Frozen freeze(torch::jit::Module& module, c10::Device device, runtime::Precision precision) {
  Frozen frozen{};
  try {
    module = torch::jit::freeze(module);
    const auto graph = module.get_method("forward").graph();
    const bool is_arranged = device.is_cpu() && precision == runtime::Precision::float32;
    if (is_arranged) frozen.blocks = replace_mbconv(graph);
    if (frozen.blocks > 0) take_rows_alone(graph);
    frozen.convolutions = std::ranges::count_if(graph->nodes(), is_convolution);
    if (is_arranged) pack_convolutions(graph);
    if (is_arranged) fold_response_norms(graph);
    if (is_arranged) module = torch::jit::optimize_for_inference(module);
  } catch (const std::exception&) {
    frozen = {};
  }
  return frozen;
}

}  // namespace deeplasia::graph
