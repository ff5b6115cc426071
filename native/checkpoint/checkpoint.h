#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// A checkpoint as it was saved. Tensors are views of the file's bytes, which stay in memory as long as one
/// of the tensors exists.
struct Checkpoint {
  enum class Format { zip, legacy, pickle };  // of torch.save since 1.6 and before; a pickle without tensors
  Format format;
  Value root;
};

/// Reads a file of torch.save or Lightning, of PyTorch 1.5 or later, by the rules of Zip and unpickle():
/// plain values and tensors, in the order of the file, whatever device they were on. It needs memory for the
/// file, which is read once, and for the values that are no tensors. Throws ERR_DEEPLASIA_MODEL_MISSING if
/// there is no such file, and ERR_DEEPLASIA_CHECKPOINT if the file is not such a checkpoint, is damaged, or
/// asks for code to be executed.
Checkpoint read_checkpoint(const std::string& path);

/// Reads a checkpoint from bytes in memory.
Checkpoint parse_checkpoint(const bytes::Bytes& file);

}  // namespace deeplasia::checkpoint
