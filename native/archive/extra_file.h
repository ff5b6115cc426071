#pragma once

#include <optional>
#include <string>

#include "archive/check_code.h"

namespace deeplasia::archive {

// Returns the text of the record `extra/<name>` of a TorchScript archive, or nothing where it has none.
// Throws CodedError ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE for anything that is not such an archive.
std::optional<std::string> read_extra_file(const std::string& path, const std::string& name);

// Copies an archive record by record, with `extra/<name>` set to `text`; code and weights stay as they are.
// The digest of the weights is filled in where `text` has a place for it (network/digest.h). Throws what
// read_module throws, and CodedError ERR_DEEPLASIA_OUTPUT.
void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text, Trust trust);

}  // namespace deeplasia::archive
