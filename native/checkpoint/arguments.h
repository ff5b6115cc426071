#pragma once

#include "checkpoint/value.h"

namespace deeplasia::checkpoint {

/// Reads the arguments of a call. Throws if one is missing or of another type.
class Arguments {
 public:
  Arguments(const std::string& function, const Sequence& values)
      : function_(function), values_(values.items) {}
  size_t count() const { return values_.size(); }
  const Value& at(size_t i) const;
  int64_t integer(size_t i) const;
  const std::string& text(size_t i) const;
  const bytes::Bytes& bytes(size_t i) const;
  const Sequence& sequence(size_t i) const;
  DType dtype(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;
  const TypedStorage& storage(size_t i) const;
  [[noreturn]] void fail() const;

 private:
  const std::string& function_;
  const std::vector<Value>& values_;
};

}  // namespace deeplasia::checkpoint
