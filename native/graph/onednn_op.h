#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace torch::jit {
struct Graph;
struct Value;
}  // namespace torch::jit

namespace deeplasia::graph {

// What oneDNN makes of x: the activation ("none", "relu", "swish", "hardswish") of the convolution, or of its
// sum with another tensor.
struct PackedConvolution {
  at::Tensor weight;
  std::optional<at::Tensor> bias;
  std::vector<int64_t> stride, padding, dilation;
  int64_t groups;
  std::string activation;
};

// Inserts the convolution at the graph's insertion point. `other`: what is added before the activation, or
// null.
torch::jit::Value* insert_convolution(torch::jit::Graph& graph, torch::jit::Value* input,
                                      torch::jit::Value* other, const PackedConvolution& convolution);

// Whether this libtorch has the operators of oneDNN that they are made of.
bool has_onednn();

}  // namespace deeplasia::graph
