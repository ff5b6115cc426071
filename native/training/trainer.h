#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/state.h"
#include "training/loss_scale.h"
#include "training/optimizer.h"
#include "training/trainable_module.h"
#include "training/trainer_options.h"

namespace deeplasia::distributed {
class Group;
class Peers;
}  // namespace deeplasia::distributed

namespace deeplasia::training {

// B pictures with their inputs and truth. x: [B, C, H, W] float32; the others: [B] or none. `sex` is the
// network's input, in its encoding; `age` (z-score) and `male` (1 or 0) are the truth to learn. The truth of
// a mask network is only `mask`, [B, 1, H, W] float32 of 0 and 1.
struct Examples {
  at::Tensor x;
  std::optional<std::vector<float>> sex, age, male;
  at::Tensor mask = {};
};

// Means over the batch; only `total` is weighted. `age` and `sex` are set if there is such a head and the
// truth is known.
struct LossValues {
  double total;
  std::optional<double> age, sex;
};

struct Prediction {
  std::vector<float> age;                       // [B]; empty for a mask network
  std::optional<std::vector<float>> dice;       // [B], for a mask network, if the true masks are known
  std::optional<std::vector<float>> sex_logit;  // [B], if there is such a head
  std::optional<LossValues> loss;               // if the truth is known
  // With several trainers: what each sent about its part of the batch (Peers::exchange).
  std::vector<double> exchanged;
};

// Why a step made no update although one was due, or dropped the accumulated gradients.
enum class NonFinite {
  none,
  loss,       // the loss is NaN or infinite
  gradients,  // the loss is finite, a gradient is not
  overflow,   // the same in half precision, where it is expected at times: the loss scale was halved
};

struct StepResult {
  Prediction prediction;  // in training mode, before the update
  bool updated = false;
  std::optional<double> gradient_norm;  // before clipping; only if an update was due
  NonFinite non_finite = NonFinite::none;
};

// Everything that the further steps depend on: tensors by name, and numbers as text.
struct TrainingState {
  network::State tensors;
  std::map<std::string, std::string> facts;
};

// Trains one module, one step per call. Used by one thread at a time: its device's compute thread.
class Trainer {
 public:
  // Throws what TrainableModule's constructor throws, and ERR_DEEPLASIA_DEVICE.
  Trainer(torch::jit::Module module, const TrainerOptions& options);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Runs forward, loss, backward, and, after `accumulation` calls or if `update_now`, an update. Gradients of
  // the calls before an update are summed and divided by `accumulation`, as Lightning does.
  // A step whose loss or gradients are not finite makes no update: parameters, buffers, optimiser and average
  // stay, accumulated gradients are dropped, and only the number of steps, on which the random numbers
  // depend, increases. The same holds for a step that throws CodedError ERR_DEEPLASIA_MODEL_FORWARD,
  // _MODEL_SHAPE or _OUT_OF_MEMORY. Several trainers make the step together. Each has a part of the batch,
  // which may be empty, and sends `notes` to the others. All make the same decisions.
  StepResult step(const Examples& examples, double learning_rate, bool update_now = false,
                  const std::vector<double>& notes = {});

  // Sets the number of calls per update from now on.
  void accumulate(int64_t steps) { options_.accumulation = steps; }

  // Predicts in eval mode, with the averaged weights if `averaged`. Throws as step() does. Several trainers
  // make the call together.
  Prediction evaluate(const Examples& examples, bool averaged = false, const std::vector<double>& notes = {});

  // Makes this one of several trainers of the same network, which make the next steps together. `capacity`:
  // largest number of pictures of one trainer's part of a batch. `sync_batch_norm`: a batch norm takes its
  // statistics from all parts of the batch, not only from its own. `backend` and the result: see
  // Group::choose_backend.
  std::string join(std::shared_ptr<distributed::Group> group, int64_t capacity, bool sync_batch_norm,
                   const std::string& backend = "auto");
  // Copies rank 0's weights, buffers and average to all ranks. The state of the optimiser must already be the
  // same.
  void synchronise();
  // Sums on rank 0 the gradients that all ranks have accumulated since the last update, so that its state()
  // is the state of all.
  void gather_gradients();

  TrainingState state() const;
  // Resumes from a state; all or nothing. Throws CodedError ERR_DEEPLASIA_RESUME if the state is of another
  // network, optimiser or kind of training, ERR_DEEPLASIA_CHECKPOINT if it is damaged.
  void restore(const TrainingState& state);

  // See TrainableModule::save.
  void save(const std::string& path, const std::string& manifest, bool averaged);

  Optimizer& optimizer() { return *optimizer_; }
  const TrainableModule& module() const { return module_; }
  const TrainerOptions& options() const { return options_; }
  // Returns the size of parameters, gradients, optimiser and average, in bytes.
  int64_t bytes() const;

 private:
  struct Forward;
  Forward forward(TrainableModule& module, const Examples& examples);
  void update(StepResult& result, double learning_rate);
  void average();
  void seed_random_numbers();
  std::vector<at::Tensor> gradients() const;
  void drop_gradients();
  TrainableModule& weights(bool averaged);
  double exchange(Prediction& prediction, int64_t rows, const std::vector<double>& notes);
  void apply(const TrainingState& state);

  TrainerOptions options_;
  TrainableModule module_;
  std::unique_ptr<TrainableModule> average_;
  std::unique_ptr<Optimizer> optimizer_;
  LossScale scale_;                            // used in half precision only
  int64_t steps_ = 0;                          // calls of step()
  int64_t accumulated_ = 0;                    // steps whose gradients are accumulated
  std::unique_ptr<distributed::Peers> peers_;  // none: this is the only trainer
  bool sync_batch_norm_ = false;
};

}  // namespace deeplasia::training
