#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// Named tensors in the order of Python's state_dict(): for each module its parameters, its buffers, its
// children.
using State = std::vector<std::pair<std::string, at::Tensor>>;

// Returns the module's own tensors, not copies: writing to them changes the network.
State state(const torch::jit::Module& module);

// Differences between a network and the tensors that are offered to it.
struct Mismatch {
  struct Shape {
    std::string name;
    std::vector<int64_t> wanted, offered;
  };
  std::vector<std::string> missing;     // in the network, but not offered
  std::vector<std::string> unexpected;  // offered, but not in the network
  std::vector<Shape> shapes;
  bool empty() const { return missing.empty() && unexpected.empty() && shapes.empty(); }
};

// Copies values by name, converted to the network's own types and device (half precision is widened). All or
// nothing: if the mismatch is not empty, no tensor was changed.
Mismatch assign(const torch::jit::Module& module, const State& values);

}  // namespace deeplasia::network
