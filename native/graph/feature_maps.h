#pragma once

#include <memory>

namespace torch::jit {
struct Module;
struct Graph;
}  // namespace torch::jit

namespace deeplasia::graph {

// A forward that also returns what it makes of the picture on the way.
struct FeatureMaps {
  std::shared_ptr<torch::jit::Graph> graph;  // returns the module's outputs, then a list of feature maps
  bool has_maps;                             // false for a network without convolutions
};

// Copies the graph of `forward`, whose inputs are the module and its inputs. The maps are the outputs of its
// convolutions, in their order.
FeatureMaps with_feature_maps(const torch::jit::Module& module);

}  // namespace deeplasia::graph
