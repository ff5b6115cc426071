#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// What a persistent id says: ("storage", class, key, location, number of elements). The location, such as
/// "cuda:0", is where the storage was; here all are read to the CPU.
struct StorageId {
  DType dtype;
  const std::string& key;
  uint64_t byte_count;
};

StorageId storage_id(const Sequence& persistent_id);

}  // namespace deeplasia::checkpoint
