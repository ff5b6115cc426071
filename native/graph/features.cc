#include "graph/features.h"

#include <torch/script.h>

#include <string>

namespace deeplasia::graph {
namespace {

constexpr const char* kMethod = "forward_features";

const c10::FunctionSchema& schema_of(const torch::jit::Module& module, const char* method) {
  return module.get_method(method).function().getSchema();
}

// Number of values that a method returns.
size_t returned(const c10::FunctionSchema& schema) {
  const auto tuple = schema.returns()[0].type()->cast<c10::TupleType>();
  return tuple == nullptr ? 1 : tuple->elements().size();
}

bool has_other_default(const c10::Argument& argument) {
  return argument.default_value().has_value() && !argument.default_value()->isNone();
}

}  // namespace

bool gives_features(const torch::jit::Module& module) {
  if (!module.find_method(kMethod)) return false;
  const auto &plain = schema_of(module, "forward"), &rich = schema_of(module, kMethod);
  if (plain.arguments().size() != rich.arguments().size() || returned(rich) != returned(plain) + 1)
    return false;
  for (size_t i = 1; i < plain.arguments().size(); ++i) {
    const auto &a = plain.arguments()[i], &b = rich.arguments()[i];
    if (a.name() != b.name() || *a.type() != *b.type() || has_other_default(a)) return false;
  }
  return true;
}

torch::jit::Module with_features(const torch::jit::Module& module) {
  std::string declared = "self", passed;
  const auto& arguments = schema_of(module, kMethod).arguments();
  for (size_t i = 1; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    declared += ", " + argument.name() + ": " + argument.type()->annotation_str();
    if (argument.default_value()) declared += "=None";
    passed += (i == 1 ? "" : ", ") + argument.name();
  }
  torch::jit::Module outer("deeplasia.WithFeatures");
  outer.register_module("network", module);
  outer.define("def forward(" + declared + "):\n    return self.network." + kMethod + "(" + passed + ")\n");
  outer.eval();
  return outer;
}

}  // namespace deeplasia::graph
