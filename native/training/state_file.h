#pragma once

#include <string>

#include "training/trainer.h"

namespace deeplasia::training {

// A training state as a safetensors file; `notes` is a text of the caller's that travels with it.
// Throws CodedError ERR_DEEPLASIA_OUTPUT.
void write_state(const std::string& path, const TrainingState& state, const std::string& notes);

struct SavedState {
  TrainingState state;
  std::string notes;
};

// Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, ERR_DEEPLASIA_CHECKPOINT.
SavedState read_state(const std::string& path);

// Takes over what an optimiser kept of each parameter from a Lightning checkpoint, whose parameters are
// numbered in the order of the state dict; the number of parameters that it fits. None of the others changes.
// Throws CodedError ERR_DEEPLASIA_CHECKPOINT for no such checkpoint, ERR_DEEPLASIA_RESUME where it is of a
// network with another number of parameters.
int64_t adopt_lightning(const std::string& path, Trainer& trainer);

}  // namespace deeplasia::training
