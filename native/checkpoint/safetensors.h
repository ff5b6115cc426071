#pragma once

#include <map>

#include "checkpoint/tensor.h"

namespace deeplasia::checkpoint {

/// A file of named tensors and texts: a length, a JSON header of that length, and the tensors' bytes.
struct Safetensors {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads such a file by the format's specification: offsets in order, without gap or overlap, up to the end.
/// Throws ERR_DEEPLASIA_MODEL_MISSING and ERR_DEEPLASIA_CHECKPOINT as read_checkpoint does.
Safetensors read_safetensors(const std::string& path);

/// Reads such a file from bytes in memory.
Safetensors parse_safetensors(const bytes::Bytes& file);

/// Writes such a file: the widest elements first, so that each tensor is aligned, otherwise in the given
/// order. Names must be distinct. Throws ERR_DEEPLASIA_OUTPUT if the file cannot be written,
/// ERR_DEEPLASIA_CHECKPOINT for a type of elements that the format does not know.
void write_safetensors(const std::string& path, const Safetensors& contents);

}  // namespace deeplasia::checkpoint
