#pragma once

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>

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

}  // namespace deeplasia::graph
