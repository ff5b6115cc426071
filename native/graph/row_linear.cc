#include "graph/row_linear.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <torch/script.h>

#include <vector>

namespace deeplasia::graph {
namespace {

at::Tensor row_linear(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  if (x.dim() != 2 || x.size(0) <= 1) return at::linear(x, weight, bias);
  std::vector<at::Tensor> rows = x.split(1);
  for (at::Tensor& row : rows) row = at::linear(row, weight, bias);
  return at::cat(rows);
}

TORCH_LIBRARY_FRAGMENT(deeplasia, library) {
  library.def("row_linear(Tensor x, Tensor weight, Tensor? bias) -> Tensor", row_linear);
}

}  // namespace

void take_rows_alone(const std::shared_ptr<torch::jit::Graph>& graph) {
  const std::vector<torch::jit::Node*> nodes(graph->nodes().begin(), graph->nodes().end());
  for (torch::jit::Node* node : nodes) {
    if (node->kind() != c10::aten::linear) continue;
    const torch::jit::WithInsertPoint here(node);
    const std::vector<torch::jit::NamedValue> inputs(node->inputs().begin(), node->inputs().end());
    node->output()->replaceAllUsesWith(
        graph->insert(c10::Symbol::fromQualString("deeplasia::row_linear"), inputs));
    node->destroy();
  }
}

}  // namespace deeplasia::graph
