#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// Puts containers together so that whatever is built is a tree of bounded depth and size, however the input
/// was made. A container can only grow until it becomes part of another: so there are no cycles.
class Builder {
 public:
  /// `input_size`: bytes of the text or pickle that is read. Copies may take as many bytes four times over,
  /// and the tree may hold sixteen values a byte (a shared value counts wherever it is met), beside a small
  /// constant.
  explicit Builder(size_t input_size)
      : bytes_left_(kSmall + 4 * input_size), most_values_(kSmall + 16 * uint64_t{input_size}) {}

  /// Appends to a list, tuple or set that is still growing.
  void add(Sequence& sequence, Value item);
  /// Appends to a dictionary that is still growing. Keys are what Python allows to be one.
  void add(Dict& dict, Value key, Value value);
  /// The value will not change any more; throws where a dictionary has the same text twice as a key.
  void complete(const Value& value);
  /// To be called before something is copied whose size the input does not bound by itself.
  void spend(size_t bytes);

 private:
  void adopt(Container& parent, const Value& child);

  static constexpr size_t kSmall = 1 << 16;
  size_t bytes_left_;
  uint64_t most_values_;
};

}  // namespace deeplasia::checkpoint
