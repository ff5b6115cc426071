// What several trainers of one network do together, except for the step itself.
#include <torch/csrc/jit/api/module.h>

#include <limits>
#include <utility>

#include "distributed/peers.h"
#include "training/trainer.h"

namespace deeplasia::training {

std::string Trainer::join(std::shared_ptr<distributed::Group> group, int64_t capacity, bool sync_batch_norm,
                          const std::string& backend) {
  std::string chosen = group->choose_backend(options_.device.str(), backend);
  std::vector<at::Tensor> learning;
  learning.reserve(module_.learning().size());
  for (const auto& [name, tensor] : module_.learning()) learning.push_back(tensor);
  peers_ = std::make_unique<distributed::Peers>(std::move(group), std::move(learning), capacity);
  sync_batch_norm_ = sync_batch_norm;
  synchronise();
  return chosen;
}

void Trainer::synchronise() {
  if (!peers_) return;
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : module_.state()) all.push_back(tensor);
  if (average_)
    for (const auto& [name, tensor] : average_->state()) all.push_back(tensor);
  peers_->group().broadcast(all);
  // Rank 0's gradients contain all that was accumulated for an update: see gather_gradients().
  if (peers_->group().rank() == 0) return;
  for (const auto& [name, tensor] : module_.learning()) tensor.mutable_grad().reset();
}

void Trainer::gather_gradients() {
  if (!peers_ || accumulated_ == 0) return;
  peers_->gradients().arm();
  peers_->gradients().finish();
  if (peers_->group().rank() == 0) return;
  for (const auto& [name, tensor] : module_.learning()) tensor.mutable_grad().reset();
}

// Exchanges the results of all trainers. Returns the loss over their whole batch; NaN if there is none.
double Trainer::exchange(Prediction& prediction, int64_t rows, const std::vector<double>& notes) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto& loss = prediction.loss;
  if (!peers_) return loss ? loss->total : kNone;
  prediction.exchanged = peers_->exchange(
      {rows, loss ? loss->total : kNone, loss ? loss->age.value_or(kNone) : kNone,
       loss ? loss->sex.value_or(kNone) : kNone, notes, prediction.age,
       prediction.sex_logit.value_or(std::vector<float>()), prediction.dice.value_or(std::vector<float>())});
  return distributed::mean_loss(prediction.exchanged, peers_->group().size()).value_or(kNone);
}

}  // namespace deeplasia::training
