// The updates of torch.optim's optimisers, by ATen's fused kernels where they exist.
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>

#include <utility>

#include "training/optimizer.h"

namespace deeplasia::training {
namespace {

using Kind = OptimizerOptions::Kind;

const std::vector<at::Tensor> kNone;

// Adam, whose weight decay is added to the gradient, and AdamW, whose decay shrinks the weights themselves.
class Adam final : public Optimizer {
 public:
  Adam(const OptimizerOptions& options, network::State parameters)
      : Optimizer(std::move(parameters), slots(options)), options_(options) {}

 protected:
  void update(Group& group, double learning_rate) override {
    const auto &steps = group.slots[0], &averages = group.slots[1], &squares = group.slots[2];
    const auto& largest = options_.amsgrad ? group.slots[3] : kNone;
    const auto& o = options_;
    at::_foreach_add_(steps, 1);
    if (o.kind == Kind::adamw) {
      at::_fused_adamw_(group.parameters, group.gradients, averages, squares, largest, steps, learning_rate,
                        o.beta1, o.beta2, o.weight_decay, o.eps, o.amsgrad, /*maximize=*/false);
    } else {
      at::_fused_adam_(group.parameters, group.gradients, averages, squares, largest, steps, learning_rate,
                       o.beta1, o.beta2, o.weight_decay, o.eps, o.amsgrad, /*maximize=*/false);
    }
  }

 private:
  static std::vector<std::string> slots(const OptimizerOptions& options) {
    std::vector<std::string> names{"step", "exp_avg", "exp_avg_sq"};
    if (options.amsgrad) names.emplace_back("max_exp_avg_sq");
    return names;
  }

  OptimizerOptions options_;
};

class Sgd final : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, network::State parameters)
      : Optimizer(std::move(parameters), slots(options)), options_(options) {}

 protected:
  void update(Group& group, double learning_rate) override {
    at::_fused_sgd_(group.parameters, group.gradients, group.slots.empty() ? kNone : group.slots[0],
                    options_.weight_decay, options_.momentum, learning_rate, options_.dampening,
                    options_.nesterov, /*maximize=*/false, group.is_first);
  }

 private:
  static std::vector<std::string> slots(const OptimizerOptions& options) {
    if (options.momentum == 0) return {};
    return {"momentum_buffer"};
  }

  OptimizerOptions options_;
};

// ATen has no fused kernel for RMSprop.
class RmsProp final : public Optimizer {
 public:
  RmsProp(const OptimizerOptions& options, network::State parameters)
      : Optimizer(std::move(parameters), slots(options)), options_(options) {}

 protected:
  void update(Group& group, double learning_rate) override {
    std::vector<at::Tensor> gradients = group.gradients;
    if (options_.weight_decay != 0)
      gradients = at::_foreach_add(gradients, group.parameters, options_.weight_decay);
    const std::vector<at::Tensor> deviations = deviations_of(group, gradients);
    if (options_.momentum == 0) {
      at::_foreach_addcdiv_(group.parameters, gradients, deviations, -learning_rate);
      return;
    }
    const auto& buffers = group.slots.back();
    at::_foreach_mul_(buffers, options_.momentum);
    at::_foreach_addcdiv_(buffers, gradients, deviations);
    at::_foreach_add_(group.parameters, buffers, -learning_rate);
  }

 private:
  static std::vector<std::string> slots(const OptimizerOptions& options) {
    std::vector<std::string> names{"square_avg"};
    if (options.centered) names.emplace_back("grad_avg");
    if (options.momentum != 0) names.emplace_back("momentum_buffer");
    return names;
  }

  // Returns the divisors of the gradients: the root of their mean square, or their standard deviation.
  std::vector<at::Tensor> deviations_of(Group& group, const std::vector<at::Tensor>& gradients) const {
    const auto& squares = group.slots[0];
    at::_foreach_mul_(squares, options_.alpha);
    at::_foreach_addcmul_(squares, gradients, gradients, 1 - options_.alpha);
    std::vector<at::Tensor> deviations;
    if (options_.centered) {
      const auto& averages = group.slots[1];
      at::_foreach_lerp_(averages, gradients, 1 - options_.alpha);
      deviations = at::_foreach_addcmul(squares, averages, averages, -1);
      at::_foreach_sqrt_(deviations);
    } else {
      deviations = at::_foreach_sqrt(squares);
    }
    at::_foreach_add_(deviations, options_.eps);
    return deviations;
  }

  OptimizerOptions options_;
};

}  // namespace

std::unique_ptr<Optimizer> Optimizer::create(const OptimizerOptions& options, network::State parameters) {
  if (options.kind == Kind::sgd) return std::make_unique<Sgd>(options, std::move(parameters));
  if (options.kind == Kind::rmsprop) return std::make_unique<RmsProp>(options, std::move(parameters));
  return std::make_unique<Adam>(options, std::move(parameters));
}

}  // namespace deeplasia::training
