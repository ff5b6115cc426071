#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network/state.h"
#include "training/trainer_options.h"

namespace deeplasia::training {

// One of torch.optim's optimisers over one group of parameters, with exactly its semantics: a parameter
// without a gradient is left unchanged, also by weight decay, and gets its state with its first gradient.
class Optimizer {
 public:
  static std::unique_ptr<Optimizer> create(const OptimizerOptions& options, network::State parameters);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Updates the parameters once by their gradients.
  void step(double learning_rate);

  // Returns the names of the state tensors of a parameter, as in torch.optim's state dict.
  const std::vector<std::string>& slots() const { return slots_; }
  // Returns the whole state, with the names "<parameter>.<slot>".
  network::State state() const;
  // Copies `values` into the state of one parameter. Returns false and changes nothing unless the parameter
  // exists, every slot has a value, and the shapes match.
  bool adopt(const std::string& parameter, const std::map<std::string, at::Tensor>& values);
  void forget();

 protected:
  // Parameters that have all been updated before, or all not, with their gradients and slots, index by index.
  struct Group {
    std::vector<at::Tensor> parameters, gradients;
    std::vector<std::vector<at::Tensor>> slots;
    bool is_first = false;
  };

  Optimizer(network::State parameters, std::vector<std::string> slots);

  virtual void update(Group& group, double learning_rate) = 0;

 private:
  network::State parameters_;
  std::vector<std::string> slots_;
  std::vector<std::vector<at::Tensor>> kept_;  // slots of each parameter; empty before its first update
};

}  // namespace deeplasia::training
