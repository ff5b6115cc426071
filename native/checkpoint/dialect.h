#pragma once

#include <functional>

#include "checkpoint/builder.h"

namespace deeplasia::checkpoint {

/// The meaning of globals in one kind of pickle.
struct Dialect {
  /// Returns the value of a global: a type of elements, or the name of a class or function on the list.
  /// Throws for any other, naming it.
  Value (*global)(std::string_view module, std::string_view name);
  /// Returns the value that a call of a global has in Python, without calling anything. Throws for a global
  /// that may only be named.
  Value (*call)(const Value& function, const Sequence& arguments, Builder& builder);
  /// Sets the state of an object, as Python's __setstate__ does (pickle's BUILD).
  void (*set_state)(const Value& object, const Value& state, Builder& builder);
};

/// Finds the storage for a persistent id, which for PyTorch is ("storage", class, key, location, elements,
/// ...).
using StorageLoader = std::function<TypedStorage(const Sequence& persistent_id)>;

}  // namespace deeplasia::checkpoint
