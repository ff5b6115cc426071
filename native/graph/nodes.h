#pragma once

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

// How the passes over a frozen graph read it.
namespace deeplasia::graph {

inline bool is(const torch::jit::Node* node, const char* name) {
  return node->kind() == c10::Symbol::fromQualString(name);
}

inline std::optional<c10::IValue> constant(const torch::jit::Value* value) {
  return torch::jit::toIValue(value);
}

inline bool is_number(const torch::jit::Value* value, double wanted) {
  const auto held = constant(value);
  return held && held->isScalar() && held->toScalar().toDouble() == wanted;
}

// The one node that reads a value, or null.
inline torch::jit::Node* only_user(const torch::jit::Value* value) {
  return value->uses().size() == 1 ? value->uses()[0].user : nullptr;
}

// Whether something writes into a value in place after `node` has read it (and before `end`, if given).
inline bool is_written_after(const torch::jit::Value* value, const torch::jit::Node* node,
                             const torch::jit::Node* end = nullptr) {
  for (const auto& use : value->uses()) {
    const std::string name = use.user->kind().toQualString();
    if (use.offset == 0 && name.ends_with("_") && use.user->isAfter(node) &&
        (end == nullptr || use.user->isBefore(end)))
      return true;
  }
  return false;
}

}  // namespace deeplasia::graph
