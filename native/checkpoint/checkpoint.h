#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// A checkpoint as it was saved. Tensors are views of the file's bytes, which stay in memory as long as one
/// of them.
struct Checkpoint {
  enum class Format { zip, legacy, pickle };  // of torch.save since 1.6 and before; a pickle without tensors
  Format format;
  Value root;
};

/// Reads what torch.save or Lightning wrote, of PyTorch 1.5 to today, by the rules of Zip and unpickle():
/// plain values and tensors, in the order of the file, whatever device they were on. Memory: the file, read
/// once, and the values beside the tensors. Throws ERR_DEEPLASIA_MODEL_MISSING where there is no such file
/// and ERR_DEEPLASIA_CHECKPOINT, with a message for a person, for everything that is not such a checkpoint,
/// is damaged, or asks for anything to be executed.
Checkpoint read_checkpoint(const std::string& path);

/// The same of bytes in memory.
Checkpoint parse_checkpoint(const bytes::Bytes& file);

}  // namespace deeplasia::checkpoint
