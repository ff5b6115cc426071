#include "checkpoint/checkpoint.h"

#include <unordered_map>

#include "bytes/zip.h"
#include "checkpoint/globals.h"
#include "checkpoint/pickle.h"
#include "checkpoint/storage_id.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::Cursor;
using bytes::printable;
using bytes::read_file;
using bytes::refuse;
using bytes::Zip;

/// The start of every file in the older format: a pickle of PyTorch's `MAGIC_NUMBER`.
constexpr std::string_view kMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 13);

using Storages = std::unordered_map<std::string, std::shared_ptr<Storage>>;

/// Returns the storage of a key and creates it if it is new. Throws if the key already has another size.
Storage& storage_of(Storages& storages, const StorageId& id) {
  std::shared_ptr<Storage>& storage = storages[id.key];
  if (storage == nullptr) storage = std::make_shared<Storage>(Storage{id.byte_count, {}});
  if (storage->byte_count != id.byte_count) refuse("the storage " + printable(id.key) + " has two sizes");
  return *storage;
}

/// Returns the folder that all entries are in: "archive/" for "archive/data.pkl".
std::string top_folder(const Zip& zip) {
  std::string folder;
  for (const auto& [name, entry] : zip.entries()) {
    const size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(slash) != "/data.pkl") continue;
    if (!folder.empty()) refuse("the archive holds more than one checkpoint");
    folder = name.substr(0, slash);
  }
  if (folder.empty()) refuse("a zip file, but not one of PyTorch: it has no data.pkl");
  return folder;
}

Value read_zip(const Bytes& file) {
  Zip zip(file);
  const std::string folder = top_folder(zip) + "/";
  if (zip.contains(folder + "constants.pkl")) refuse("a TorchScript archive, which is no checkpoint");
  if (zip.contains(folder + "byteorder") && zip.read(folder + "byteorder").view() != "little") {
    refuse("it was saved on a big-endian machine; save it again on another");
  }
  Storages storages;
  Cursor pickle(zip.read(folder + "data.pkl"), "data.pkl");
  Value root = unpickle(pickle, [&](const Sequence& persistent_id) -> TypedStorage {
    const StorageId id = storage_id(persistent_id);
    Storage& storage = storage_of(storages, id);
    if (storage.bytes.data == nullptr) storage.bytes = zip.read(folder + "data/" + id.key);
    if (storage.bytes.size != id.byte_count)
      refuse("the storage " + printable(id.key) + " has another size than data.pkl states");
    return {id.dtype, storages[id.key]};
  });
  if (pickle.remaining() > 0) refuse("data.pkl has bytes after its end");
  return root;
}

/// Five pickles (the magic number, the version, facts on the machine, the values, the keys of the storages),
/// and for each key the number of elements and the elements.
Value read_legacy(Cursor file) {
  const auto skip = [&file] { return unpickle(file, refuse_storage); };
  if (skip().integer() != 1001) refuse("its version of PyTorch's older format is unknown");
  const Value machine = skip();
  const Value* is_little = machine.dict() == nullptr ? nullptr : machine.dict()->find("little_endian");
  if (is_little == nullptr || is_little->get<bool>() == nullptr || !*is_little->get<bool>()) {
    refuse("it was saved on a big-endian machine; save it again on another");
  }
  Storages storages;
  std::unordered_map<std::string, int64_t> element_sizes;
  Value root = unpickle(file, [&](const Sequence& persistent_id) -> TypedStorage {
    const StorageId id = storage_id(persistent_id);
    if (persistent_id.items.size() > 5 && !persistent_id.items[5].is_none()) {
      refuse("it holds a view of a storage, as PyTorch wrote them long before 1.5");
    }
    if (id.byte_count > file.size()) refuse("the storage " + printable(id.key) + " is larger than the file");
    storage_of(storages, id);
    element_sizes.emplace(id.key, id.dtype->size);
    return {id.dtype, storages[id.key]};
  });
  const Value keys = skip();
  if (keys.sequence() == nullptr) refuse("it is damaged: the list of storages is missing");
  for (const Value& key : keys.sequence()->items) {
    const auto found = key.text() == nullptr ? storages.end() : storages.find(*key.text());
    if (found == storages.end() || found->second->bytes.data != nullptr)
      refuse("it lists a storage that no tensor has");
    Storage& storage = *found->second;
    if (file.read<uint64_t>() != storage.byte_count / element_sizes[*key.text()]) {
      refuse("the storage " + printable(*key.text()) + " has another size than its tensors state");
    }
    storage.bytes = file.take(storage.byte_count);
    storages.erase(found);
  }
  if (!storages.empty())
    refuse("the data of the storage " + printable(storages.begin()->first) + " are missing");
  return root;
}

Value read_pickle(const Bytes& file) {
  Cursor pickle(file, "the file");
  Value root = unpickle(pickle, refuse_storage);
  if (pickle.remaining() > 0) refuse("the file has bytes after its end");
  return root;
}

}  // namespace

Checkpoint parse_checkpoint(const Bytes& file) {
  if (Zip::looks_like_one(file)) return {Checkpoint::Format::zip, read_zip(file)};
  constexpr size_t kMagicWithin = 32;  // behind the protocol, and the frame of protocol 4
  const std::string_view start = file.view().substr(0, kMagicWithin);
  const size_t magic = start.find(kMagic);
  if (magic != std::string_view::npos) {
    const size_t after = magic + kMagic.size();
    return {Checkpoint::Format::legacy,
            read_legacy(Cursor(file.slice(after, file.size - after, "it"), "the file"))};
  }
  if (start.empty() || std::string_view("\x80(}]c").find(start[0]) == std::string_view::npos) {
    refuse("not a checkpoint: neither a zip file nor a pickle of PyTorch");
  }
  return {Checkpoint::Format::pickle, read_pickle(file)};
}

Checkpoint read_checkpoint(const std::string& path) { return parse_checkpoint(read_file(path)); }

}  // namespace deeplasia::checkpoint
