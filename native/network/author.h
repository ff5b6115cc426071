#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace deeplasia::network {

using torch::jit::Module;

template <class T>
using Named = std::vector<std::pair<std::string, T>>;

// The parts of a module. Their order is kept: it is the order of the state dict.
struct Parts {
  Named<at::Tensor> parameters;
  Named<at::Tensor> buffers;
  Named<c10::IValue> constants;  // numbers that the methods read from `self`
  Named<Module> children;
  std::string methods;  // TorchScript; children are called by `.forward(x)`, numbered ones through `getattr`
};

// Makes TorchScript modules as torch.jit.script does in Python. Modules that differ only in their values
// share one type, so that a network of hundreds of layers is compiled, saved and loaded as a few types.
class Author {
 public:
  Author();

  // Returns a module in training mode whose parameters require gradients.
  Module module(const std::string& type_name, const Parts& parts);

 private:
  c10::ClassTypePtr declare(const std::string& type_name, const Parts& parts);

  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  std::map<std::string, c10::ClassTypePtr> types_;  // by signature()
};

}  // namespace deeplasia::network
