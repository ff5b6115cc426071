#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inference/model.h"
#include "runtime/precision.h"

// Everything that determines a training step. The caller sets and validates all fields: native code has no
// defaults of its own (they are in src/options/train/trainingStepOptions.ts).
namespace deeplasia::training {

// Names and meanings are those of torch.optim. Each optimiser reads its own fields only.
struct OptimizerOptions {
  enum class Kind { adam, adamw, sgd, rmsprop } kind;
  double weight_decay;  // adamw: shrinks the weights themselves; the others: added to the gradient
  double beta1, beta2;  // adam, adamw
  bool amsgrad;         // adam, adamw
  double eps;           // adam, adamw, rmsprop
  double momentum;      // sgd, rmsprop
  double dampening;     // sgd
  bool nesterov;        // sgd
  double alpha;         // rmsprop
  bool centered;        // rmsprop
};

struct Clipping {
  enum class Kind { none, norm, value } kind;
  double limit;  // norm: of all gradients together; value: of each element
};

struct TrainerOptions {
  c10::Device device{c10::kCPU};
  int threads;  // intra-op threads; 0: libtorch's default
  runtime::Precision precision;
  uint64_t seed;  // of dropout and drop-connect
  OptimizerOptions optimizer;
  Clipping clipping;
  int64_t accumulation;             // steps per update
  std::optional<double> ema_decay;  // weight of the old average; none: no average is kept
  double age_weight, sex_weight;    // of the losses; a network with `loss.s` learns them instead
  // Probability that a step skips the last residual block; it rises over the blocks from 0. None: the
  // network's own value.
  std::optional<double> drop_connect;
  std::vector<std::string> frozen;                              // patterns of parameter names, for fnmatch(3)
  std::optional<inference::SexPlane> sex_plane = std::nullopt;  // none: the sex is a second input, if any
  std::optional<inference::AgeBins> age_bins = std::nullopt;    // none: the network returns the age itself
};

}  // namespace deeplasia::training
