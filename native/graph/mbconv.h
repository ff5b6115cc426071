#pragma once

#include <memory>

namespace torch::jit {
struct Graph;
}

namespace deeplasia::graph {

// Puts own kernels (native/kernels) in the place of inverted bottlenecks in a frozen float32 graph for the
// CPU. Returns how many it has found; what does not match stays as it is.
int64_t replace_mbconv(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace deeplasia::graph
