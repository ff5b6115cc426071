#pragma once

#include <functional>

#include "checkpoint/builder.h"

namespace deeplasia::checkpoint {

/// What one kind of pickle means by its globals.
struct Dialect {
  /// The value of a global: a type of elements, or the name of a class or function that is on the list. Any
  /// other is refused, with its name.
  Value (*global)(std::string_view module, std::string_view name);
  /// The value that calling a global with these arguments gives in Python, worked out here. Calling what may
  /// only be named is refused.
  Value (*call)(const Value& function, const Sequence& arguments, Builder& builder);
  /// Gives an object its state, as Python's __setstate__ would (pickle's BUILD).
  void (*set_state)(const Value& object, const Value& state, Builder& builder);
};

/// Finds the storage for a persistent id, which for PyTorch is ("storage", class, key, location, elements,
/// ...).
using StorageLoader = std::function<TypedStorage(const Sequence& persistent_id)>;

}  // namespace deeplasia::checkpoint
