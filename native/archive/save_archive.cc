#include "archive/save_archive.h"

#include <torch/csrc/jit/serialization/export.h>

#include "archive/sink.h"
#include "network/digest.h"

namespace deeplasia::archive {

void save_archive(const torch::jit::Module& module, const std::string& path, const std::string& name,
                  const std::string& text) {
  Sink sink(path);
  torch::jit::ExportModule(module, sink.writer(),
                           {{name, network::with_digest(text, network::state(module))}});
  sink.close();
}

}  // namespace deeplasia::archive
