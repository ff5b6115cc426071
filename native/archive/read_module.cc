#include "archive/read_module.h"

#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "archive/cast.h"
#include "archive/open_archive.h"
#include "network/digest.h"
#include "runtime/failure.h"

namespace deeplasia::archive {
namespace {

// libtorch reads the bytes that were verified, even if the file changes meanwhile.
class MemoryReader : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit MemoryReader(bytes::Bytes bytes) : bytes_(std::move(bytes)) {}
  size_t size() const override { return bytes_.size; }
  size_t read(uint64_t position, void* target, size_t count, const char*) const override {
    if (position >= bytes_.size) return 0;
    const size_t available = std::min<uint64_t>(count, bytes_.size - position);
    std::memcpy(target, bytes_.data.get() + position, available);
    return available;
  }

 private:
  bytes::Bytes bytes_;
};

torch::jit::Module load(const bytes::Bytes& file) try {
  // Where the code's lines came from is of no use here, and those notes are pickles of their own.
  constexpr bool kDebugFiles = false;
  return torch::jit::load(std::make_shared<MemoryReader>(file), c10::kCPU, kDebugFiles);
} catch (const std::exception&) {
  const auto failure = runtime::describe(std::current_exception());
  throw runtime::CodedError(kUnreadable, "the TorchScript archive cannot be loaded: " + failure.message);
}

// Compiled code reads an object's fields by their places, whatever object the pickle put there: one of
// another class would be read beyond its end.
void require_declared_classes(const c10::intrusive_ptr<c10::ivalue::Object>& object,
                              std::unordered_set<const void*>& seen) {
  if (!seen.insert(object.get()).second) return;
  const auto type = object->type();
  for (size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const c10::IValue& value = object->getSlot(slot);
    if (!value.isObject()) continue;
    const auto declared = type->getAttribute(slot)->cast<c10::ClassType>();
    if (declared != nullptr && *declared != *value.type())
      throw runtime::CodedError(kUnreadable, "the archive is damaged: its value " +
                                                 type->getAttributeName(slot) +
                                                 " is of another class than its code declares");
    require_declared_classes(value.toObject(), seen);
  }
}

}  // namespace

torch::jit::Module read_module(const std::string& path, Trust trust) {
  checkpoint::TorchScript archive = open_verified(path);
  check_code(archive, trust);
  torch::jit::Module module = load(archive.file());
  std::unordered_set<const void*> seen;
  require_declared_classes(module._ivalue(), seen);
  if (!module.find_method("forward"))
    throw runtime::CodedError(kUnreadable, "the TorchScript module has no method 'forward'");
  cast(module.parameters(), at::kHalf, at::kFloat);
  cast(module.buffers(), at::kHalf, at::kFloat);
  return module;
}

void require_weights(const torch::jit::Module& module, const std::string& digest) {
  if (digest.empty() || network::digest(network::state(module)) == digest) return;
  throw runtime::CodedError(
      kUnreadable,
      "its weights are not those that its manifest was written for: they are damaged, or "
      "from another model (weightsDigest)");
}

}  // namespace deeplasia::archive
