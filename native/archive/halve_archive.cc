#include "archive/halve_archive.h"

#include <torch/script.h>

#include "archive/cast.h"
#include "archive/read_module.h"
#include "archive/save_archive.h"

namespace deeplasia::archive {

void halve_archive(const std::string& source, const std::string& target, const std::string& name,
                   const std::string& text, Trust trust) {
  const torch::jit::Module module = read_module(source, trust);
  cast(module.parameters(), at::kFloat, at::kHalf);
  save_archive(module, target, name, text);
}

}  // namespace deeplasia::archive
