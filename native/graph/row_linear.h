#pragma once

#include <memory>

namespace torch::jit {
struct Graph;
}

namespace deeplasia::graph {

// Lets the linear layers of a frozen graph compute each row by itself: a matrix product of several rows can
// differ from that of one in the last bit. Behind own kernels a picture has the same bytes whatever batch it
// was in.
void take_rows_alone(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace deeplasia::graph
