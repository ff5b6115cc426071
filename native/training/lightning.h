#pragma once

#include <string>

#include "training/trainer.h"

namespace deeplasia::training {

// Loads the optimiser's state from a Lightning checkpoint, whose parameters are numbered in the order of the
// state dict. Returns the number of parameters whose state was loaded; the others do not change. Throws
// CodedError ERR_DEEPLASIA_CHECKPOINT if the file is not such a checkpoint, ERR_DEEPLASIA_RESUME if its
// network has another number of parameters.
int64_t adopt_lightning(const std::string& path, Trainer& trainer);

}  // namespace deeplasia::training
