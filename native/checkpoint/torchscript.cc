#include "checkpoint/torchscript.h"

#include "checkpoint/pickle.h"
#include "checkpoint/storage_id.h"
#include "checkpoint/torchscript_globals.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::Cursor;
using bytes::printable;
using bytes::refuse;
using bytes::ZipRules;

constexpr size_t kEndSize = 22;  // of a zip file without a comment
/// Room for code and its debugging notes beside small weights.
constexpr ZipRules kRules{.needs_checksums = true, .always_inflated = 64 << 20};

using Contents = std::map<std::string, Bytes, std::less<>>;

/// Reads a pickle and its tensors, whose data are the records below `folder`.
void verify_pickle(const Contents& contents, const std::string& name, const std::string& folder) {
  const auto found = contents.find(name);
  if (found == contents.end()) refuse("the archive has no entry " + name);
  Cursor pickle(found->second, name);
  unpickle(
      pickle,
      [&](const Sequence& persistent_id) -> TypedStorage {
        const StorageId id = storage_id(persistent_id);
        const auto data = contents.find(folder + id.key);
        if (data == contents.end()) refuse("the data of the storage " + printable(id.key) + " are missing");
        if (id.byte_count > data->second.size)
          refuse("the storage " + printable(id.key) + " is smaller than " + name + " states");
        return {id.dtype, std::make_shared<Storage>(Storage{id.byte_count, data->second})};
      },
      kTorchScript);
  if (pickle.remaining() > 0) refuse(name + " has bytes after its end");
}

}  // namespace

TorchScript::TorchScript(Bytes file) : file_(std::move(file)), zip_(file_, kRules) {
  const std::string_view end = file_.view().substr(file_.size - std::min(kEndSize, file_.size));
  if (!end.starts_with("PK\5\6")) refuse("the archive has bytes after its end");
  for (const auto& [name, entry] : zip_.entries()) {
    const size_t slash = name.find('/');
    if (folder_.empty() && slash != std::string::npos) folder_ = name.substr(0, slash + 1);
    if (folder_.empty() || !name.starts_with(folder_))
      refuse("the entry " + printable(name) + " is not in the folder of the others");
    records_.push_back(name.substr(folder_.size()));
  }
}

void TorchScript::verify() {
  // The format of PyTorch before 1.2, which has its code elsewhere.
  if (contains("model.json")) refuse("its TorchScript format is older than that of PyTorch 1.2");
  Contents contents;
  for (const std::string& record : records_) contents[record] = read(record);
  verify_pickle(contents, "data.pkl", "data/");
  verify_pickle(contents, "constants.pkl", "constants/");
}

}  // namespace deeplasia::checkpoint
