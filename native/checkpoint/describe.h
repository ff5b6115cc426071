#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// The description of a value as JSON, for readers without tensors.
struct Description {
  /// JSON in the order of the file. A tensor is {"$tensor": its place in `tensors`, "dtype": …, "shape":
  /// […]}, a name {"$name": …}; bytes and bare storages are {"$bytes": their number}. Lists, tuples and sets
  /// are arrays, a key that is not text stands as its own JSON text, and numbers that JSON lacks are "NaN"
  /// and "±Infinity".
  std::string json;
  std::vector<std::shared_ptr<Tensor>> tensors;
};

/// Throws ERR_DEEPLASIA_CHECKPOINT if the text would be longer than `most_bytes`; a shared value is written
/// each time.
Description describe(const Value& root, size_t most_bytes);

}  // namespace deeplasia::checkpoint
