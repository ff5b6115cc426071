#include "graph/mbconv.h"

#include <torch/script.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "graph/mbconv_op.h"
#include "graph/nodes.h"

namespace deeplasia::graph {
namespace {

using kernels::Convolution;
using torch::jit::Node;
using torch::jit::Value;

// Whether `x` is read by its activation only; x * sigmoid(x) reads it twice.
bool is_only_activated(const Value* x, const Value* activated) {
  return std::ranges::all_of(x->uses(), [&](const torch::jit::Use& use) {
    return use.user == activated->node() ||
           (is(use.user, "aten::sigmoid") && only_user(use.user->output()) == activated->node());
  });
}

// x where `value` is silu(x), as an operator or as x * sigmoid(x); else null.
Value* silu_of(const Value* value) {
  const Node* node = value->node();
  if (is(node, "aten::silu") || is(node, "aten::silu_")) return node->input(0);
  if (!is(node, "aten::mul") && !is(node, "aten::mul_")) return nullptr;
  for (const int side : {0, 1}) {
    const Node* other = node->input(1 - side)->node();
    if (is(other, "aten::sigmoid") && other->input(0) == node->input(side)) return node->input(side);
  }
  return nullptr;
}

// Equal padding of both axes by zeros that a node adds, as {before, after}.
std::optional<std::array<int64_t, 2>> padding_of(const Node* node) {
  if (!is(node, "aten::constant_pad_nd") && !is(node, "aten::pad")) return std::nullopt;
  const auto sizes = constant(node->input(1));
  if (!sizes || !sizes->isIntList()) return std::nullopt;
  const auto list = sizes->toIntVector();
  if (list.size() != 4 || list[0] != list[2] || list[1] != list[3]) return std::nullopt;
  if (is(node, "aten::pad")) {
    const auto mode = constant(node->input(2));
    if (!mode || !mode->isString() || mode->toStringRef() != "constant") return std::nullopt;
  }
  const auto fill = constant(node->inputs().back());
  if (!fill || (!fill->isNone() && (!fill->isScalar() || fill->toScalar().toDouble() != 0)))
    return std::nullopt;
  return std::array<int64_t, 2>{list[0], list[1]};
}

struct Found {
  Convolution convolution;
  Value* input;
  int64_t groups;
};

std::optional<at::Tensor> float_tensor(const Value* value) {
  const auto held = constant(value);
  if (!held || !held->isTensor() || held->toTensor().scalar_type() != at::kFloat) return std::nullopt;
  return held->toTensor().contiguous();
}

bool all_are(const std::vector<int64_t>& list, int64_t wanted) {
  return std::all_of(list.begin(), list.end(), [&](int64_t value) { return value == wanted; });
}

std::vector<float> floats(const at::Tensor& tensor) {
  const float* data = tensor.const_data_ptr<float>();
  return {data, data + tensor.numel()};
}

// The convolution with constant, square weights that makes a value.
std::optional<Found> convolution_of(const Value* value) {
  const Node* node = value->node();
  const bool is_general = is(node, "aten::_convolution");
  if (!is_general && !is(node, "aten::conv2d")) return std::nullopt;
  const auto weight = float_tensor(node->input(1));
  const auto bias = constant(node->input(2)), stride = constant(node->input(3)),
             padding = constant(node->input(4)), dilation = constant(node->input(5)),
             groups = constant(node->input(is_general ? 8 : 6));
  if (!weight || weight->dim() != 4 || weight->size(2) != weight->size(3) || !bias) return std::nullopt;
  for (const auto* list : {&stride, &padding, &dilation})
    if (!*list || !(*list)->isIntList() || !all_are((*list)->toIntVector(), (*list)->toIntVector().at(0)))
      return std::nullopt;
  if (dilation->toIntVector()[0] != 1 || !groups || !groups->isInt()) return std::nullopt;
  if (is_general && (!constant(node->input(6)) || constant(node->input(6))->toBool())) return std::nullopt;
  const int64_t out = weight->size(0), pad = padding->toIntVector()[0];
  Convolution made{weight->size(1),
                   out,
                   weight->size(2),
                   stride->toIntVector()[0],
                   pad,
                   pad,
                   floats(*weight),
                   bias->isNone() ? std::vector<float>(out) : floats(bias->toTensor().contiguous())};
  Value* input = node->input(0);
  if (const auto more = padding_of(input->node())) {
    made.before += (*more)[0];
    made.after += (*more)[1];
    input = input->node()->input(0);
  }
  return Found{std::move(made), input, groups->toInt()};
}

// The mean over the picture, [B, C, 1, 1].
bool is_mean_of(const Node* node, const Value* x) {
  if (node->inputs().empty() || node->input(0) != x) return false;
  if (is(node, "aten::adaptive_avg_pool2d")) {
    const auto size = constant(node->input(1));
    return size && size->isIntList() && all_are(size->toIntVector(), 1);
  }
  if (!is(node, "aten::mean") || node->inputs().size() != 4) return false;  // else of all values
  const auto axes = constant(node->input(1)), kept = constant(node->input(2));
  if (!axes || !axes->isIntList() || !kept || !kept->isBool() || !kept->toBool()) return false;
  const auto list = axes->toIntVector();
  return list == std::vector<int64_t>{2, 3} || list == std::vector<int64_t>{-2, -1};
}

struct Match {
  kernels::MbConv shape;
  Value* input;
  Value* output;
};

// Squeeze-and-excite behind `wide`: the product, or null.
Value* excited(Value* wide, kernels::MbConv& shape) {
  for (const auto& use : wide->uses()) {
    const Node* product = use.user;
    if (!is(product, "aten::mul") && !is(product, "aten::mul_")) continue;
    const Node* gate = product->input(1 - use.offset)->node();
    if (!is(gate, "aten::sigmoid") && !is(gate, "aten::sigmoid_")) continue;
    auto excite = convolution_of(gate->input(0));
    if (!excite) continue;
    Value* hidden = silu_of(excite->input);
    auto squeeze = hidden == nullptr ? std::nullopt : convolution_of(hidden);
    if (!squeeze || !is_mean_of(squeeze->input->node(), wide)) continue;
    if (squeeze->convolution.kernel != 1 || excite->convolution.kernel != 1) continue;
    shape.squeeze = std::move(squeeze->convolution);
    shape.excite = std::move(excite->convolution);
    return const_cast<Node*>(product)->output();
  }
  return nullptr;
}

// The block whose depthwise convolution is this node.
std::optional<Match> block_of(Node* node) {
  auto depthwise = convolution_of(node->output());
  if (!depthwise || depthwise->convolution.in != 1 || depthwise->groups != depthwise->convolution.out ||
      depthwise->groups == 1)
    return std::nullopt;
  Match match{{}, depthwise->input, nullptr};
  match.shape.depthwise = std::move(depthwise->convolution);
  if (Value* before = silu_of(depthwise->input)) {
    auto first = convolution_of(before);
    if (first && first->groups == 1 && is_only_activated(before, depthwise->input) &&
        only_user(depthwise->input) != nullptr) {
      match.shape.first = std::move(first->convolution);
      match.input = first->input;
    }
  }
  // In place or not, the activation is the only reader, besides the sigmoid of x * sigmoid(x).
  Value* wide = nullptr;
  for (const auto& use : node->output()->uses())
    if (silu_of(use.user->output(0)) == node->output()) wide = use.user->output(0);
  Value* product = wide == nullptr ? nullptr : excited(wide, match.shape);
  Node* reader = product == nullptr || wide->uses().size() != 2 ? nullptr : only_user(product);
  auto project = reader == nullptr ? std::nullopt : convolution_of(reader->output());
  if (!project || project->input != product || project->groups != 1 || project->convolution.kernel != 1 ||
      project->convolution.stride != 1 || project->convolution.before + project->convolution.after != 0)
    return std::nullopt;
  match.shape.project = std::move(project->convolution);
  match.output = reader->output();
  Node* sum = only_user(match.output);
  if (sum != nullptr && (is(sum, "aten::add") || is(sum, "aten::add_"))) {
    // In place, it must be the projection's output that is written, not the block's input.
    const bool is_sum = sum->inputs().size() == 3 && (sum->input(1) == match.input ||
                                                      (is(sum, "aten::add") && sum->input(0) == match.input));
    const auto factor = is_sum ? constant(sum->input(2)) : std::nullopt;
    if (factor && factor->isScalar() && factor->toScalar().toDouble() == 1) {
      match.shape.residual = true;
      match.output = sum->output();
    }
  }
  if (!kernels::Block::supports(match.shape) || is_written_after(match.input, node)) return std::nullopt;
  return match;
}

// The head that ends in this mean: 1x1 convolution, activation, mean.
std::optional<Match> head_of(Node* node) {
  Value* before =
      node->inputs().empty() || !is_mean_of(node, node->input(0)) ? nullptr : silu_of(node->input(0));
  auto first = before == nullptr ? std::nullopt : convolution_of(before);
  if (!first || first->groups != 1 || first->convolution.kernel != 1 ||
      only_user(node->input(0)) == nullptr || !is_only_activated(before, node->input(0)))
    return std::nullopt;
  Match match{{}, first->input, node->output()};
  match.shape.first = std::move(first->convolution);
  if (!kernels::Block::supports(match.shape) || is_written_after(match.input, before->node()))
    return std::nullopt;
  return match;
}

// Removes nodes that nobody reads any more, and what only they have read. Operators in place are no dead code
// for libtorch, which sees that they write; here they write what only a block has read. `nodes`: in the order
// of the graph.
void remove_unread(const std::vector<Node*>& nodes, std::set<Node*> unread) {
  for (auto at = nodes.rbegin(); at != nodes.rend(); ++at) {
    Node* node = *at;
    if (!unread.contains(node) || node->hasUses()) continue;
    for (Value* input : node->inputs()) unread.insert(input->node());
    node->destroy();
  }
}

}  // namespace

int64_t replace_mbconv(const std::shared_ptr<torch::jit::Graph>& graph) {
  const std::vector<Node*> nodes(graph->nodes().begin(), graph->nodes().end());
  std::set<Node*> replaced;
  for (Node* node : nodes) {
    if (node->outputs().size() != 1) continue;
    auto match = block_of(node);
    if (!match) match = head_of(node);
    if (!match) continue;
    const torch::jit::WithInsertPoint here(match->output->node());
    Value* made = insert_mbconv(*graph, match->input, match->shape);
    match->output->replaceAllUsesWith(made);
    replaced.insert(match->output->node());
  }
  const auto count = static_cast<int64_t>(replaced.size());
  remove_unread(nodes, std::move(replaced));
  return count;
}

}  // namespace deeplasia::graph
