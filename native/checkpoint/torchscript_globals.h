#pragma once

#include "checkpoint/dialect.h"

namespace deeplasia::checkpoint {

/// The globals of TorchScript's pickles: objects of the classes that the archive's code declares, below
/// `__torch__`, and the values that TorchScript knows besides tensors.
extern const Dialect kTorchScript;

}  // namespace deeplasia::checkpoint
