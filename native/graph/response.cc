#include "graph/response.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/stack.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/script.h>

#include <algorithm>
#include <vector>

#include "fused/tasks.h"
#include "graph/nodes.h"
#include "kernels/learning.h"

namespace deeplasia::graph {
namespace {

using torch::jit::Node;
using torch::jit::Value;

// Sums of squares over the pixels of [B, H, W, C], as [B, C].
at::Tensor squares(const at::Tensor& x) {
  const int64_t pixels = x.size(1) * x.size(2), channels = x.size(3), parts = std::min<int64_t>(16, pixels);
  const auto& code = *kernels::learning_code(channels);
  const at::Tensor sums = at::empty({x.size(0), parts, channels}, at::kFloat);
  const auto* const from = x.const_data_ptr<float>();
  auto* const to = sums.mutable_data_ptr<float>();
  fused::in_threads(x.size(0) * parts, [&](int64_t task) {
    const auto part = fused::part_of(pixels, parts, task % parts);
    const auto* const first = from + (task / parts * pixels + part.from) * channels;
    code.sum({part.end - part.from, channels}, first, first, to + task * channels);
  });
  return sums.sum(1);
}

at::Tensor response_linear(const at::Tensor& x, double eps, const at::Tensor& scale, const at::Tensor& shift,
                           const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  const bool is_ours = x.dim() == 4 && x.scalar_type() == at::kFloat && x.is_cpu() && x.is_contiguous() &&
                       x.numel() > 0 && kernels::learning_code(x.size(3)) != nullptr;
  const at::Tensor response =
      is_ours ? squares(x).sqrt() : at::linalg_vector_norm(x, 2, at::IntArrayRef{1, 2});
  const at::Tensor factor = response / (response.mean(-1, /*keepdim=*/true) + eps) * scale + 1;  // [B, C]
  at::Tensor constant = at::mv(weight, shift);
  if (bias && bias->defined()) constant = constant + *bias;
  std::vector<at::Tensor> pictures;
  pictures.reserve(x.size(0));
  for (int64_t i = 0; i < x.size(0); ++i) pictures.push_back(at::linear(x[i], weight * factor[i], constant));
  return pictures.size() == 1 ? pictures[0].unsqueeze(0) : at::stack(pictures);
}

// A layer's normalisation: its input, and its own constants.
struct Match {
  Value *x, *scale, *shift;
  double eps;
};

bool are_integers(const Value* value, const std::vector<int64_t>& wanted) {
  const auto held = constant(value);
  return held && held->isIntList() && held->toIntVector() == wanted;
}

bool is_true(const Value* value) {
  const auto held = constant(value);
  return held && held->isBool() && held->toBool();
}

bool is_row(const Value* value) {
  const auto held = constant(value);
  return held && held->isTensor() && held->toTensor().dim() == 1;
}

bool is_sum(const Node* node) {
  return is(node, "aten::add") && node->inputs().size() == 3 && is_number(node->input(2), 1);
}

// x + (scale * (x * norm / (mean of norms + eps)) + shift), as our networks and timm's write it.
std::optional<Match> response_norm(const Value* output) {
  const Node* sum = output->node();
  if (!is_sum(sum) || !is_sum(sum->input(1)->node())) return std::nullopt;
  Value* x = sum->input(0);
  const Node *shifted = sum->input(1)->node(), *scaled = shifted->input(0)->node();
  if (!is(scaled, "aten::mul") || !is_row(scaled->input(0)) || !is_row(shifted->input(1)))
    return std::nullopt;
  const Node* product = scaled->input(1)->node();
  if (!is(product, "aten::mul") || product->input(0) != x) return std::nullopt;
  const Node* relative = product->input(1)->node();
  if (!is(relative, "aten::div") || !is(relative->input(1)->node(), "aten::add")) return std::nullopt;
  const Value* norm = relative->input(0);
  const Node *raised = relative->input(1)->node(), *mean = raised->input(0)->node();
  const auto eps = constant(raised->input(1));
  const bool is_mean = is(mean, "aten::mean") && mean->input(0) == norm &&
                       are_integers(mean->input(1), {-1}) && is_true(mean->input(2)) && eps &&
                       eps->isScalar();
  const Node* of = norm->node();
  const bool is_norm = is(of, "aten::linalg_vector_norm") && of->input(0) == x &&
                       is_number(of->input(1), 2) && are_integers(of->input(2), {1, 2}) &&
                       is_true(of->input(3));
  if (!is_mean || !is_norm) return std::nullopt;
  return Match{x, scaled->input(0), shifted->input(1), eps->toScalar().toDouble()};
}

TORCH_LIBRARY_FRAGMENT(deeplasia, library) {
  library.def(
      "response_linear(Tensor x, float eps, Tensor scale, Tensor shift, Tensor weight, Tensor? bias) -> "
      "Tensor",
      response_linear);
}

}  // namespace

void fold_response_norms(const std::shared_ptr<torch::jit::Graph>& graph) {
  const std::vector<Node*> nodes(graph->nodes().begin(), graph->nodes().end());
  for (Node* node : nodes) {
    if (!is(node, "aten::linear") || only_user(node->input(0)) != node) continue;
    const auto match = response_norm(node->input(0));
    if (!match) continue;
    const torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(
        graph->insert(c10::Symbol::fromQualString("deeplasia::response_linear"),
                      {match->x, match->eps, match->scale, match->shift, node->input(1), node->input(2)}));
    node->destroy();
  }
  torch::jit::EliminateDeadCode(graph);
}

}  // namespace deeplasia::graph
