#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace deeplasia::network {

// Named tensors in the order of Python's state_dict(): of each module the parameters, the buffers, the
// children.
using State = std::vector<std::pair<std::string, at::Tensor>>;

// The module's own tensors: who writes into them changes the network.
State state(const torch::jit::Module& module);

// What does not fit between a network and the tensors that are offered to it.
struct Mismatch {
  struct Shape {
    std::string name;
    std::vector<int64_t> wanted, offered;
  };
  std::vector<std::string> missing;     // the network has it, nobody offers it
  std::vector<std::string> unexpected;  // offered, the network has it not
  std::vector<Shape> shapes;
  bool empty() const { return missing.empty() && unexpected.empty() && shapes.empty(); }
};

// Copies values by name, in the network's own types and on its device (half precision is widened). All or
// nothing: unless the mismatch is empty, no tensor was changed.
Mismatch assign(const torch::jit::Module& module, const State& values);

}  // namespace deeplasia::network
