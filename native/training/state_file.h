#pragma once

#include <string>

#include "training/trainer.h"

namespace deeplasia::training {

// Writes a training state as a safetensors file. `notes`: a text of the caller's that is stored with it.
// Throws CodedError ERR_DEEPLASIA_OUTPUT.
void write_state(const std::string& path, const TrainingState& state, const std::string& notes);

struct SavedState {
  TrainingState state;
  std::string notes;
};

// Reads such a file. Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, ERR_DEEPLASIA_CHECKPOINT.
SavedState read_state(const std::string& path);

}  // namespace deeplasia::training
