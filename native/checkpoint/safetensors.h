#pragma once

#include <map>

#include "checkpoint/tensor.h"

namespace deeplasia::checkpoint {

/// A file of named tensors and texts: a length, a JSON header of that length, and the tensors' bytes.
struct Safetensors {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads such a file as the format's specification has it: offsets in order, without gap or overlap, up to
/// the end. Throws ERR_DEEPLASIA_MODEL_MISSING and ERR_DEEPLASIA_CHECKPOINT as read_checkpoint does.
Safetensors read_safetensors(const std::string& path);

/// The same of bytes in memory.
Safetensors parse_safetensors(const bytes::Bytes& file);

/// Writes such a file; widest elements first, so that each tensor is aligned, and else in the order given.
/// Names are distinct. Throws ERR_DEEPLASIA_OUTPUT where it cannot be written, ERR_DEEPLASIA_CHECKPOINT for a
/// type of elements that the format has no name for.
void write_safetensors(const std::string& path, const Safetensors& contents);

}  // namespace deeplasia::checkpoint
