#include "checkpoint/torchscript_globals.h"

#include <algorithm>

#include "checkpoint/arguments.h"
#include "checkpoint/globals.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::printable;
using bytes::refuse;

constexpr const char* kObject = "object";
constexpr std::string_view kTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kQuantized = "torch._utils._rebuild_qtensor";

/// Their value is their first argument: lists of one kind of elements, and a value with the name of its type.
constexpr std::string_view kTagged[] = {
    "torch.jit._pickle.build_intlist",     "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_boollist",    "torch.jit._pickle.build_tensorlist",
    "torch.jit._pickle.build_complexlist", "torch.jit._pickle.restore_type_tag",
};
/// Values that stay plain: the two parts of a complex number, and the quantiser of a tensor.
constexpr std::string_view kPlain[] = {
    "builtins.complex",           "torch.per_tensor_affine",
    "torch.per_channel_affine",   "torch.per_channel_affine_float_qparams",
    "torch.per_tensor_symmetric", "torch.per_channel_symmetric",
};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_class(std::string_view name) { return name.starts_with("__torch__."); }

/// The name of a class within its module has no dot, so there is one way to write each full name.
bool is_plain(std::string_view name) { return name.find('.') == std::string_view::npos; }

Value named(std::string_view module, std::string_view name) {
  std::string full = std::string(module) + "." + std::string(name);
  const bool is_storage = module == "torch" && dtype_of_storage(name) != nullptr;
  if (is_storage || (is_class(full) && is_plain(name)) || is_one_of(kTagged, full) ||
      is_one_of(kPlain, full) ||
      is_one_of(std::initializer_list<std::string_view>{kTensor, kQuantized, "collections.OrderedDict",
                                                        "torch.device"},
                full))
    return {Name{std::make_shared<const std::string>(std::move(full))}};
  refuse("it asks for " + printable(full) + ", which TorchScript does not know");
}

/// A new object, a named tuple or a member of an enumeration.
Value make_object(const Sequence& arguments, Builder& builder) {
  auto object = std::make_shared<Dict>();
  object->type = kObject;
  builder.spend(arguments.items.size() * sizeof(Value));
  int64_t place = 0;
  for (const Value& argument : arguments.items) builder.add(*object, {place++}, argument);
  return {object};
}

Value called(const Value& function, const Sequence& arguments, Builder& builder) {
  const std::string* name = function.name();
  if (name == nullptr) return call(function, arguments, builder);
  if (is_class(*name)) return make_object(arguments, builder);
  if (is_one_of(kTagged, *name)) return Arguments(*name, arguments).at(0);
  if (is_one_of(kPlain, *name)) return {None{}};
  // A quantised tensor lies in its storage like any other.
  const bool is_quantized = *name == kQuantized;
  return call(is_quantized ? Value{Name{std::make_shared<const std::string>(kTensor)}} : function, arguments,
              builder);
}

void with_state(const Value& object, const Value& state, Builder& builder) {
  const auto* dict = object.get<std::shared_ptr<Dict>>();
  if (dict == nullptr || (*dict)->type != kObject || !(*dict)->items.empty())
    refuse("it gives a state to a value that has none");
  builder.add(**dict, Value::of_text("state"), state);
}

}  // namespace

const Dialect kTorchScript{named, called, with_state};

}  // namespace deeplasia::checkpoint
