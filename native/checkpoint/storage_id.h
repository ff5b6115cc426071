#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// The content of a persistent id: ("storage", class, key, location, number of elements). The location, such
/// as "cuda:0", is ignored: all storages are read to the CPU.
struct StorageId {
  DType dtype;
  const std::string& key;
  uint64_t byte_count;
};

StorageId storage_id(const Sequence& persistent_id);

}  // namespace deeplasia::checkpoint
