#pragma once

#include <memory>

namespace torch::jit {
struct Graph;
}

namespace deeplasia::graph {

// Puts convolutions with packed weights in the place of the convolutions in a frozen float32 graph for the
// CPU, each with the sum and the activation that follow it, as one primitive of oneDNN; all in channels-last.
void pack_convolutions(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace deeplasia::graph
