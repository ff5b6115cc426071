// Runs every reader of untrusted files on libFuzzer's input: `npm run fuzz`.
//
// Two obstacles are removed. libFuzzer would have to guess checksums: they are set to 0, which means that
// PyTorch was told not to write them. And it would change elements of tensors, which no reader looks at:
// Reader reads them all.
#include <algorithm>
#include <unordered_set>
#include <vector>

#include "bytes/inflate.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/describe.h"
#include "checkpoint/pickle.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torchscript.h"
#include "checkpoint/torchscript_globals.h"

using namespace deeplasia::bytes;
using namespace deeplasia::checkpoint;

namespace {

/// Reads every element of every tensor, as the users of a checkpoint do.
class Reader {
 public:
  void touch(const Tensor& tensor) {
    if (!seen_.insert(&tensor).second) return;
    std::vector<uint8_t> elements(tensor.element_count() * tensor.dtype->size);
    copy_row_major(tensor, elements.data());
  }

  void touch(const Value& value) {
    if (value.tensor() != nullptr) touch(*value.tensor());
    if (value.sequence() != nullptr) {
      for (const Value& item : value.sequence()->items) touch(item);
    }
    if (value.dict() == nullptr) return;
    for (const auto& [key, item] : value.dict()->items) {
      touch(key);
      touch(item);
    }
  }

 private:
  std::unordered_set<const Tensor*> seen_;
};

void without_checksums(uint8_t* data, size_t size) {
  constexpr uint8_t kDirectoryHeader[] = {'P', 'K', 1, 2};
  uint8_t* const end = data + size;
  for (uint8_t* at = data; (at = std::search(at, end, kDirectoryHeader, kDirectoryHeader + 4)) != end;
       at += 4) {
    if (end - at >= 20) std::fill(at + 16, at + 20, 0);
  }
}

/// Returns whether `read` accepts the input. A CodedError is a refusal, as intended; any other exception is a
/// finding.
template <class Read>
bool is_read(Read read) try {
  read();
  return true;
} catch (const deeplasia::runtime::CodedError&) {
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint8_t* target = nullptr;
  const Bytes bytes = allocate(size, target);
  std::copy_n(data, size, target);
  without_checksums(target, size);
  is_read([&] {
    const Value root = parse_checkpoint(bytes).root;
    Reader().touch(root);
    describe(root, (1 << 20) + size);
  });
  is_read([&] {
    const Safetensors contents = parse_safetensors(bytes);
    Reader reader;
    for (const auto& [name, tensor] : contents.tensors) reader.touch(tensor);
  });
  is_read([&] {
    Cursor pickle(bytes, "the pickle");
    Reader().touch(unpickle(pickle, refuse_storage));
  });
  is_read([&] {
    Cursor pickle(bytes, "the pickle");
    Reader().touch(unpickle(pickle, refuse_storage, kTorchScript));
  });
  is_read([&] { TorchScript(bytes).verify(); });
  is_read([&] { inflate(bytes, 4 * size, "the stream"); });
  return 0;
}
