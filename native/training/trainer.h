#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/state.h"
#include "training/module.h"
#include "training/optimizer.h"
#include "training/options.h"
#include "training/scaler.h"

namespace deeplasia::distributed {
class Group;
class Peers;
}  // namespace deeplasia::distributed

namespace deeplasia::training {

// B pictures and what is known of them. x: [B, C, H, W] float32; the others [B] or none: `sex` as the network
// wants it for its input, `age` (z-score) and `male` (1 or 0) as the truth to learn.
struct Examples {
  at::Tensor x;
  std::optional<std::vector<float>> sex, age, male;
};

// Means over the batch, before weighting but for `total`; `sex` where there are such a head and the truth.
struct LossValues {
  double total, age;
  std::optional<double> sex;
};

struct Prediction {
  std::vector<float> age;                       // [B]
  std::optional<std::vector<float>> sex_logit;  // [B], where there is such a head
  std::optional<LossValues> loss;               // where the true age is known
  // Of several trainers: what each said of its part of the batch (Peers::exchange).
  std::vector<double> exchanged;
};

// Why a step made no update although one was due, or dropped what it had gathered for one.
enum class NonFinite {
  none,
  loss,       // the loss is NaN or infinite
  gradients,  // the loss is finite, a gradient is not
  overflow,   // the same in half precision, where it is expected now and then: the loss scale was halved
};

struct StepResult {
  Prediction prediction;  // in training mode, before the update
  bool updated = false;
  std::optional<double> gradient_norm;  // before clipping; only where an update was due
  NonFinite non_finite = NonFinite::none;
};

// All that makes the steps to come what they would have been: tensors by name, and numbers as text.
struct TrainingState {
  network::State tensors;
  std::map<std::string, std::string> facts;
};

// Trains one module, one step a call. Used by one thread at a time: its device's compute thread.
class Trainer {
 public:
  // Throws what TrainableModule's constructor throws, and ERR_DEEPLASIA_DEVICE.
  Trainer(torch::jit::Module module, const TrainerOptions& options);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Forward, loss, backward, and, after `accumulation` calls or where `update_now`, an update. Gradients of
  // the calls before an update are summed and divided by `accumulation`, as Lightning does.
  // A step whose loss or gradients are not finite makes no update: parameters, buffers, optimiser and average
  // stay, gathered gradients are dropped, and only the count of steps, which the random numbers hang on, goes
  // on. So does one that throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE or _OUT_OF_MEMORY.
  // Of several trainers: all make the step together, with a batch of which each has a part, maybe none of its
  // pictures; `notes` are told to the others. Whatever is decided, all decide it alike.
  StepResult step(const Examples& examples, double learning_rate, bool update_now = false,
                  const std::vector<double>& notes = {});

  // Number of calls that make an update, from this one on.
  void accumulate(int64_t steps) { options_.accumulation = steps; }

  // In eval mode, with the averaged weights where `averaged`. Throws as step() does; several trainers as
  // there.
  Prediction evaluate(const Examples& examples, bool averaged = false, const std::vector<double>& notes = {});

  // From now on this is one of several trainers of the same network, all of which do the next steps together.
  // `capacity`: pictures of the largest batch. `sync_batch_norm`: a batch norm takes its statistics of all
  // parts of the batch, not of its own. `backend` and the result: see Group::choose_backend.
  std::string join(std::shared_ptr<distributed::Group> group, int64_t capacity, bool sync_batch_norm,
                   const std::string& backend = "auto");
  // All go on from what rank 0 has: weights, buffers, average. What the optimiser keeps must be the same
  // already.
  void synchronise();
  // Rank 0 gets what all have gathered since the last update, so that its state() is the state of all.
  void gather_gradients();

  TrainingState state() const;
  // All or nothing. Throws CodedError ERR_DEEPLASIA_RESUME where the state is of another network, optimiser
  // or kind of training, ERR_DEEPLASIA_CHECKPOINT where it is damaged.
  void restore(const TrainingState& state);

  // See TrainableModule::save.
  void save(const std::string& path, const std::string& manifest, bool averaged);

  Optimizer& optimizer() { return *optimizer_; }
  const TrainableModule& module() const { return module_; }
  const TrainerOptions& options() const { return options_; }
  // Of parameters, gradients, optimiser and average, in bytes.
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
  LossScale scale_;                            // used in half precision alone
  int64_t steps_ = 0;                          // calls of step()
  int64_t accumulated_ = 0;                    // steps whose gradients wait for an update
  std::unique_ptr<distributed::Peers> peers_;  // none: this is the only trainer
  bool sync_batch_norm_ = false;
};

}  // namespace deeplasia::training
