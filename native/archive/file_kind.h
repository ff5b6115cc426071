#pragma once

#include <string>

namespace deeplasia::archive {

// Returns the kind of a model's file, by its first bytes and the names of its records; `torchscript` where
// they are inconclusive, because the reader of archives has the messages. Throws CodedError
// ERR_DEEPLASIA_MODEL_MISSING.
enum class FileKind { torchscript, checkpoint, safetensors };
FileKind file_kind(const std::string& path);

}  // namespace deeplasia::archive
