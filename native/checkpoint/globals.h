#pragma once

#include "checkpoint/builder.h"

namespace deeplasia::checkpoint {

/// What a pickle means by a global: a type of elements, or the name of a class or function that is on the
/// list. Any other is refused, with its name.
Value global(std::string_view module, std::string_view name);

/// The value that calling a global with these arguments gives in Python, worked out here. Calling what may
/// only be named is refused.
Value call(const Value& function, const Sequence& arguments, Builder& builder);

/// Gives an object its state, as Python's __setstate__ would (pickle's BUILD).
void set_state(const Value& object, const Value& state, Builder& builder);

/// What a kind of pickles means by its globals: of checkpoints, the three above.
struct Dialect {
  Value (*global)(std::string_view module, std::string_view name);
  Value (*call)(const Value& function, const Sequence& arguments, Builder& builder);
  void (*set_state)(const Value& object, const Value& state, Builder& builder);
};
inline constexpr Dialect kCheckpoints{global, call, set_state};

/// The arguments of a call, each refused where it is missing or of another kind.
class Arguments {
 public:
  Arguments(const std::string& function, const Sequence& values)
      : function_(function), values_(values.items) {}
  size_t count() const { return values_.size(); }
  const Value& at(size_t i) const;
  int64_t integer(size_t i) const;
  const std::string& text(size_t i) const;
  const Bytes& bytes(size_t i) const;
  const Sequence& sequence(size_t i) const;
  DType dtype(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;
  const TypedStorage& storage(size_t i) const;
  [[noreturn]] void fail() const;

 private:
  const std::string& function_;
  const std::vector<Value>& values_;
};

// NumPy's part, in numpy.cc.
Value numpy_dtype(const Arguments& arguments, Builder& builder);
Value numpy_scalar(const Arguments& arguments, Builder& builder);
Value numpy_blank_array(const Arguments& arguments, Builder& builder);
Value numpy_array(const Arguments& arguments, Builder& builder);
void set_array_state(Tensor& array, const Sequence& state);

}  // namespace deeplasia::checkpoint
