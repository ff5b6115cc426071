#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint/tensor.h"

namespace deeplasia::checkpoint {

struct Sequence;
struct Dict;

struct None {};

/// A class or function that the file names, as "module.name". Only a name: nothing is looked up or called.
struct Name {
  std::shared_ptr<const std::string> text;
};

/// A storage on its own, and the type of its elements.
struct TypedStorage {
  DType dtype;
  std::shared_ptr<const Storage> storage;
};

/// A plain value from a pickle or a JSON text. Copies share their content. There are no cycles, and nesting
/// is at most as deep as Builder allows, so recursion over a value is safe.
struct Value {
  using Held =
      std::variant<None, bool, int64_t, double, std::shared_ptr<const std::string>, bytes::Bytes, Name, DType,
                   TypedStorage, std::shared_ptr<Tensor>, std::shared_ptr<Sequence>, std::shared_ptr<Dict>>;
  Held held = None{};

  static Value of_text(std::string text) { return {std::make_shared<const std::string>(std::move(text))}; }

  template <class T>
  const T* get() const {
    return std::get_if<T>(&held);
  }
  bool is_none() const { return get<None>() != nullptr; }
  /// Each returns nullptr (or nothing) if the value is of another kind.
  const std::string* text() const { return shared<const std::string>(); }
  const bytes::Bytes* bytes() const { return get<bytes::Bytes>(); }
  const std::string* name() const { return get<Name>() == nullptr ? nullptr : get<Name>()->text.get(); }
  const Tensor* tensor() const { return shared<Tensor>(); }
  const Sequence* sequence() const { return shared<Sequence>(); }
  const Dict* dict() const { return shared<Dict>(); }
  std::optional<int64_t> integer() const {
    return get<int64_t>() == nullptr ? std::nullopt : std::optional<int64_t>(*get<int64_t>());
  }
  /// An integer or a real number.
  std::optional<double> number() const {
    if (get<double>() != nullptr) return *get<double>();
    return get<int64_t>() == nullptr ? std::nullopt : std::optional<double>(*get<int64_t>());
  }

 private:
  template <class T>
  const T* shared() const {
    const auto* held_here = get<std::shared_ptr<T>>();
    return held_here == nullptr ? nullptr : held_here->get();
  }
};

/// The part that lists, tuples, sets and dictionaries share; Builder maintains it.
struct Container {
  int depth = 1;             // levels, itself included
  uint64_t tree_size = 1;    // values inside; a shared one counts each time
  bool is_complete = false;  // part of another value, or the root: it cannot change any more
};

struct Sequence : Container {
  enum class Kind { list, tuple, set };
  Kind kind = Kind::list;
  std::vector<Value> items;
};

/// In the order of the file. `type` is the Python class: "dict", "collections.OrderedDict",
/// "argparse.Namespace" ...
struct Dict : Container {
  const char* type = "dict";
  std::vector<std::pair<Value, Value>> items;

  /// Returns the value under a text key, or nullptr.
  const Value* find(std::string_view key) const {
    for (const auto& [name, value] : items) {
      if (name.text() != nullptr && *name.text() == key) return &value;
    }
    return nullptr;
  }
};

}  // namespace deeplasia::checkpoint
