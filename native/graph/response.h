#pragma once

#include <memory>

namespace torch::jit {
struct Graph;
}

namespace deeplasia::graph {

// ConvNeXt V2's global response normalisation with the linear layer that follows it, in a frozen float32
// graph for the CPU: the normalisation multiplies the channels of a picture by numbers, which the layer's
// weights take over, so that the widest tensors of the network are read twice instead of written thrice.
void fold_response_norms(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace deeplasia::graph
