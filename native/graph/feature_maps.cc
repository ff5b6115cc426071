#include "graph/feature_maps.h"

#include <torch/csrc/jit/passes/inliner.h>
#include <torch/script.h>

#include <vector>

namespace deeplasia::graph {
namespace {

bool is_convolution(const torch::jit::Node& node) {
  return node.kind() == c10::aten::conv2d || node.kind() == c10::aten::_convolution;
}

}  // namespace

FeatureMaps with_feature_maps(const torch::jit::Module& module) {
  std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  std::vector<torch::jit::Value*> maps;
  for (torch::jit::Node* node : graph->nodes())
    if (is_convolution(*node)) maps.push_back(node->output());
  const torch::jit::WithInsertPoint last(graph->return_node());
  torch::jit::Node* list = graph->insertNode(graph->createList(c10::TensorType::get(), maps));
  graph->registerOutput(list->output());
  return {graph, !maps.empty()};
}

}  // namespace deeplasia::graph
