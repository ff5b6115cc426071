#pragma once

#include <optional>
#include <string>

#include "checkpoint/torchscript.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::model {

inline constexpr const char* kUnreadable = "ERR_DEEPLASIA_MODEL_UNREADABLE";

// Text of the record `extra/<name>` of a TorchScript archive, or nothing where it has none.
// Throws CodedError ERR_DEEPLASIA_MODEL_UNREADABLE for anything that is not such an archive.
std::optional<std::string> read_extra_file(const std::string& path, const std::string& name);

// Whether an archive may hold code that reaches beyond its tensors (code.h).
enum class Trust { no, yes };

// Copies an archive record by record, with `extra/<name>` set to `text`; code and weights are not touched.
// Here and below the text gets the digest of the weights where it has a place for it (network/digest.h).
void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text, Trust trust);

// Writes a module as such an archive, which Python's torch.jit.load opens too, with `extra/<name>` set to
// `text`. Throws CodedError ERR_DEEPLASIA_OUTPUT.
void save_archive(const torch::jit::Module& module, const std::string& path, const std::string& name,
                  const std::string& text);

// What a model's file is, as far as its first bytes and its records tell; `torchscript` where they tell
// nothing, as its reader has the messages. Throws CodedError ERR_DEEPLASIA_MODEL_MISSING.
enum class FileKind { torchscript, checkpoint, safetensors };
FileKind file_kind(const std::string& path);

// A TorchScript archive whose records' checksums, sizes and tensors are verified; else throws CodedError
// ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE.
checkpoint::TorchScript read_verified(const std::string& path);

}  // namespace deeplasia::model
