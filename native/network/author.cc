#include "network/author.h"

#include <torch/csrc/jit/api/compilation_unit.h>

namespace deeplasia::network {
namespace {

std::string signature(const std::string& type_name, const Parts& parts) {
  std::string text = type_name;
  for (const auto& [name, tensor] : parts.parameters) text += "\nparameter " + name;
  for (const auto& [name, tensor] : parts.buffers) text += "\nbuffer " + name;
  for (const auto& [name, value] : parts.constants) text += "\n" + name + " " + value.type()->str();
  for (const auto& [name, child] : parts.children) text += "\n" + name + " " + child.type()->str();
  return text + "\n" + parts.methods;
}

}  // namespace

Author::Author() : unit_(std::make_shared<torch::jit::CompilationUnit>()) {}

// The names are numbered and share one namespace, so that an archive holds all of the network's code in one
// readable file.
c10::ClassTypePtr Author::declare(const std::string& type_name, const Parts& parts) {
  const std::string name = "__torch__.deeplasia." + type_name + "_" + std::to_string(types_.size());
  const auto type = c10::ClassType::create(c10::QualifiedName(name), unit_, /*is_module=*/true);
  for (const auto& [key, tensor] : parts.parameters)
    type->addAttribute(key, c10::TensorType::get(), /*is_parameter=*/true);
  for (const auto& [key, tensor] : parts.buffers)
    type->addAttribute(key, c10::TensorType::get(), /*is_parameter=*/false, /*is_buffer=*/true);
  type->addAttribute("training", c10::BoolType::get());
  for (const auto& [key, value] : parts.constants) type->addAttribute(key, value.type());
  for (const auto& [key, child] : parts.children) type->addAttribute(key, child.type());
  unit_->register_type(type);
  return type;
}

Module Author::module(const std::string& type_name, const Parts& parts) {
  auto& type = types_[signature(type_name, parts)];
  const bool is_new = type == nullptr;
  if (is_new) type = declare(type_name, parts);
  Module made(unit_, type);
  for (const auto& [key, tensor] : parts.parameters)
    made.setattr(key, at::Tensor(tensor).set_requires_grad(true));
  for (const auto& [key, tensor] : parts.buffers) made.setattr(key, tensor);
  made.setattr("training", true);
  for (const auto& [key, value] : parts.constants) made.setattr(key, value);
  for (const auto& [key, child] : parts.children) made.setattr(key, child._ivalue());
  if (is_new && !parts.methods.empty()) made.define(parts.methods);
  return made;
}

}  // namespace deeplasia::network
