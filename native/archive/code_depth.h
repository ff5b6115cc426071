#pragma once

#include <memory>
#include <string>

namespace torch::jit {
struct Source;
}

namespace deeplasia::archive {

// Throws CodedError ERR_DEEPLASIA_MODEL_UNREADABLE where blocks, brackets and chains of operators are nested
// deeper than Python itself would read them: libtorch's parser and compiler call themselves for each level.
void require_shallow(const std::shared_ptr<torch::jit::Source>& source, const std::string& record);

}  // namespace deeplasia::archive
