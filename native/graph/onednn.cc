#include "graph/onednn.h"

#include <torch/script.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/nodes.h"
#include "graph/onednn_op.h"

namespace deeplasia::graph {
namespace {

using torch::jit::Node;
using torch::jit::Value;

std::optional<std::vector<int64_t>> pair(const Value* value) {
  const auto list = constant(value);
  if (!list || !list->isIntList()) return std::nullopt;
  auto integers = list->toIntVector();
  if (integers.size() == 1) integers.push_back(integers[0]);
  return integers.size() == 2 ? std::optional(integers) : std::nullopt;
}

// The convolution of a node whose weights are constants.
std::optional<PackedConvolution> packed(const Node* node) {
  const bool is_general = is(node, "aten::_convolution");
  if (!is_general && !is(node, "aten::conv2d")) return std::nullopt;
  const auto weight = constant(node->input(1)), bias = constant(node->input(2)),
             groups = constant(node->input(is_general ? 8 : 6));
  const auto stride = pair(node->input(3)), padding = pair(node->input(4)), dilation = pair(node->input(5));
  if (!weight || !weight->isTensor() || weight->toTensor().dim() != 4 || !bias || !groups ||
      !groups->isInt() || !stride || !padding || !dilation || weight->toTensor().scalar_type() != at::kFloat)
    return std::nullopt;
  if (is_general && (!constant(node->input(6)) || constant(node->input(6))->toBool()))
    return std::nullopt;  // transposed
  return PackedConvolution{weight->toTensor().contiguous(),
                           bias->isNone() ? std::nullopt : std::optional(bias->toTensor().contiguous()),
                           *stride,
                           *padding,
                           *dilation,
                           groups->toInt(),
                           "none"};
}

// oneDNN's name of an activation, or null.
const char* activation_of(const Node* node) {
  if (node == nullptr) return nullptr;
  if (is(node, "aten::relu") || is(node, "aten::relu_")) return "relu";
  if (is(node, "aten::silu") || is(node, "aten::silu_")) return "swish";
  if (is(node, "aten::hardswish") || is(node, "aten::hardswish_")) return "hardswish";
  return nullptr;
}

// What is added to a convolution's output by the node that reads it, or null. In place, it must be the
// convolution's output that is written.
Value* added_by(const Node* node, const Value* output) {
  if (node == nullptr || (!is(node, "aten::add") && !is(node, "aten::add_")) || node->inputs().size() != 3)
    return nullptr;
  const bool is_first = node->input(0) == output;
  if (!is_first && is(node, "aten::add_")) return nullptr;
  Value* other = node->input(is_first ? 1 : 0);
  return is_number(node->input(2), 1) && other != output &&
                 other->type()->isSubtypeOf(*c10::TensorType::get())
             ? other
             : nullptr;
}

// Lets the code read tensors in channels-last: `view` fails on them where `reshape` copies. Returns whether
// nothing is left that depends on the layout.
bool accept_any_layout(torch::jit::Graph& graph, torch::jit::Block* block) {
  const std::vector<Node*> nodes(block->nodes().begin(), block->nodes().end());
  bool accepted = true;
  for (Node* node : nodes) {
    for (torch::jit::Block* inner : node->blocks()) accepted &= accept_any_layout(graph, inner);
    for (const char* name : {"aten::as_strided", "aten::view_as", "aten::stride", "aten::is_contiguous"})
      accepted &= !is(node, name);
    if (!is(node, "aten::view") && !is(node, "aten::_unsafe_view")) continue;
    const auto shape = node->inputs().size() == 2 ? node->input(1)->type() : nullptr;
    if (shape == nullptr || !shape->isSubtypeOf(*c10::ListType::ofInts()))
      continue;  // of another type of element
    const torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph.insert(c10::aten::reshape, {node->input(0), node->input(1)}));
    node->destroy();
  }
  return accepted;
}

}  // namespace

void pack_convolutions(const std::shared_ptr<torch::jit::Graph>& graph) {
  if (!has_onednn() || !accept_any_layout(*graph, graph->block())) return;
  const std::vector<Node*> nodes(graph->nodes().begin(), graph->nodes().end());
  std::set<Node*> gone;
  for (Node* node : nodes) {
    auto convolution = gone.contains(node) ? std::nullopt : packed(node);
    if (!convolution) continue;
    std::vector<Node*> taken{node};
    Value* output = node->output();
    Value* other = added_by(only_user(output), output);
    if (other != nullptr) {
      taken.push_back(only_user(output));
      output = taken.back()->output();
    }
    if (const char* activation = activation_of(only_user(output))) {
      convolution->activation = activation;
      taken.push_back(only_user(output));
      output = taken.back()->output();
    }
    Node* last = taken.back();
    if (last != node && is_written_after(node->input(0), node, last)) {
      taken = {last = node};
      output = node->output();
      other = nullptr;
      convolution->activation = "none";
    }
    const torch::jit::WithInsertPoint here(last);
    output->replaceAllUsesWith(insert_convolution(*graph, node->input(0), other, *convolution));
    for (auto at = taken.rbegin(); at != taken.rend(); ++at) {
      gone.insert(*at);
      (*at)->destroy();
    }
  }
}

}  // namespace deeplasia::graph
