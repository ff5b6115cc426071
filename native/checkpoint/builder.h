#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// Builds containers into a tree of bounded depth and size, whatever the input. A container can only grow
/// until it becomes part of another, so there are no cycles.
class Builder {
 public:
  /// `input_size`: bytes of the text or pickle. Copies may take four times as many bytes, and the tree may
  /// hold sixteen values per byte (a shared value counts each time), plus a small constant.
  explicit Builder(size_t input_size)
      : bytes_left_(kSmall + 4 * input_size), most_values_(kSmall + 16 * uint64_t{input_size}) {}

  /// Appends to a list, tuple or set that is still growing.
  void add(Sequence& sequence, Value item);
  /// Appends to a dictionary that is still growing. The key must be of a type that Python allows.
  void add(Dict& dict, Value key, Value value);
  /// Marks a value as final. Throws if a dictionary has the same text twice as a key.
  void complete(const Value& value);
  /// Call it before a copy whose size is not bounded by the input itself. Throws if it would be too large.
  void spend(size_t bytes);

 private:
  void adopt(Container& parent, const Value& child);

  static constexpr size_t kSmall = 1 << 16;
  size_t bytes_left_;
  uint64_t most_values_;
};

}  // namespace deeplasia::checkpoint
