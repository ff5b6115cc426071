#pragma once

#include "checkpoint/torchscript.h"

namespace deeplasia::archive {

// Whether an archive's code may reach beyond its tensors.
enum class Trust { no, yes };

// Reads all code of an archive as libtorch's importer would, and runs none. Throws CodedError
// ERR_DEEPLASIA_MODEL_UNREADABLE for code that is nested so deeply that libtorch would overflow its stack,
// and without trust ERR_DEEPLASIA_MODEL_UNTRUSTED for operators and classes that reach beyond their tensors
// (files, processes, networks), by name. An endless loop, or one that takes all memory, cannot be
// distinguished from honest work.
void check_code(checkpoint::TorchScript& archive, Trust trust);

}  // namespace deeplasia::archive
