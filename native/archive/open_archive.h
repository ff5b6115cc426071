#pragma once

#include <cstring>
#include <string>

#include "checkpoint/torchscript.h"
#include "runtime/failure.h"

namespace deeplasia::archive {

inline constexpr const char* kUnreadable = "ERR_DEEPLASIA_MODEL_UNREADABLE";

// Runs `read`; where the checkpoint reader refuses the file, throws it as an error about a model.
template <class Read>
auto readable(Read read) try {
  return read();
} catch (const runtime::CodedError& error) {
  if (std::strcmp(error.code(), "ERR_DEEPLASIA_CHECKPOINT") != 0) throw;
  throw runtime::CodedError(kUnreadable, error.what());
}

// Opens a TorchScript archive and reads its directory. Throws CodedError ERR_DEEPLASIA_MODEL_MISSING,
// _MODEL_UNREADABLE for any other file.
checkpoint::TorchScript open_archive(const std::string& path);

// The same, with the checksums, sizes and tensors of all its records verified.
checkpoint::TorchScript open_verified(const std::string& path);

}  // namespace deeplasia::archive
