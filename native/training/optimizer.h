#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network/state.h"
#include "training/options.h"

namespace deeplasia::training {

// One of torch.optim's optimisers over one group of parameters, with its semantics to the letter: a parameter
// without a gradient is left alone (weight decay included) and gets its state with its first gradient.
class Optimizer {
 public:
  static std::unique_ptr<Optimizer> create(const OptimizerOptions& options, network::State parameters);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update of the parameters by their gradients.
  void step(double learning_rate);

  // Names of what it keeps of each parameter, as torch.optim's state dict has them.
  const std::vector<std::string>& slots() const { return slots_; }
  // All that it keeps, as "<parameter>.<slot>".
  network::State state() const;
  // Takes what it keeps of one parameter from elsewhere, copied; false, and nothing changed, unless there is
  // such a parameter, every slot is there, and the shapes fit.
  bool adopt(const std::string& parameter, const std::map<std::string, at::Tensor>& values);
  void forget();

 protected:
  // Parameters of which all or none have been updated before, and what belongs to them, index by index.
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
  std::vector<std::vector<at::Tensor>> kept_;  // of each parameter its slots; empty before its first update
};

}  // namespace deeplasia::training
