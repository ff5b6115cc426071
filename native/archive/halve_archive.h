#pragma once

#include <string>

#include "archive/check_code.h"

namespace deeplasia::archive {

// Copies a TorchScript file with its parameters in 16 bits, and with `extra/<name>` set to `text`. Running
// statistics stay as they are, because their range may be larger. Throws what read_module throws, and
// CodedError ERR_DEEPLASIA_OUTPUT.
void halve_archive(const std::string& source, const std::string& target, const std::string& name,
                   const std::string& text, Trust trust);

}  // namespace deeplasia::archive
