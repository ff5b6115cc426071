#include "checkpoint/globals.h"

#include <unordered_map>

#include "checkpoint/arguments.h"
#include "checkpoint/numpy.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::printable;
using bytes::refuse;
using Function = Value (*)(const Arguments&, Builder&);

Value copy_of(const Sequence& source, Sequence::Kind kind, Builder& builder) {
  builder.spend(source.items.size() * sizeof(Value));
  auto copy = std::make_shared<Sequence>();
  copy->kind = kind;
  for (const Value& item : source.items) builder.add(*copy, item);
  return {copy};
}

void add_all(Dict& target, const Dict& source, Builder& builder) {
  builder.spend(source.items.size() * sizeof(source.items[0]));
  for (const auto& [key, value] : source.items) builder.add(target, key, value);
}

template <const char* const& type>
Value make_dict(const Arguments&, Builder&) {
  auto dict = std::make_shared<Dict>();
  dict->type = type;
  return {dict};
}

/// OrderedDict(), or OrderedDict([(key, value), ...]); a Counter gets a dictionary, a defaultdict its
/// factory.
template <const char* const& type>
Value make_filled_dict(const Arguments& arguments, Builder& builder) {
  Value made = make_dict<type>(arguments, builder);
  Dict& dict = **made.get<std::shared_ptr<Dict>>();
  if (arguments.count() == 0 || arguments.at(0).name() != nullptr) return made;
  if (arguments.at(0).dict() != nullptr) {
    add_all(dict, *arguments.at(0).dict(), builder);
    return made;
  }
  const Sequence& pairs = arguments.sequence(0);
  builder.spend(pairs.items.size() * sizeof(dict.items[0]));
  for (const Value& pair : pairs.items) {
    if (pair.sequence() == nullptr || pair.sequence()->items.size() != 2) arguments.fail();
    builder.add(dict, pair.sequence()->items[0], pair.sequence()->items[1]);
  }
  return made;
}

template <Sequence::Kind kind>
Value make_sequence(const Arguments& arguments, Builder& builder) {
  return copy_of(arguments.count() == 0 ? Sequence{} : arguments.sequence(0), kind, builder);
}

/// Returns bytes that protocol 2 has written as text: each character, up to 255, is a byte.
Value encode_latin1(const Arguments& arguments, Builder& builder) {
  const std::string& text = arguments.text(0);
  if (arguments.text(1) != "latin1" && arguments.text(1) != "latin-1") arguments.fail();
  builder.spend(text.size());
  auto bytes = std::make_shared<std::string>();
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<uint8_t>(text[i]);
    if (byte >= 0x80) {  // text is valid UTF-8: C2 and C3 begin the characters from 128 to 255
      if (byte > 0xC3) arguments.fail();
      byte = static_cast<uint8_t>(byte << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F));
    }
    bytes->push_back(static_cast<char>(byte));
  }
  const auto* data = reinterpret_cast<const uint8_t*>(bytes->data());
  return {Bytes{std::shared_ptr<const uint8_t>(bytes, data), bytes->size()}};
}

Value no_bytes(const Arguments&, Builder&) { return {Bytes{}}; }

Value path_text(const Arguments& arguments, Builder& builder) {
  std::string path;
  for (size_t i = 0; i < arguments.count(); ++i) {
    const std::string& part = arguments.text(i);
    builder.spend(part.size() + 1);
    if (!path.empty() && path.back() != '/') path += '/';
    path += part;
  }
  return Value::of_text(path);
}

Value device_text(const Arguments& arguments, Builder& builder) {
  builder.spend(arguments.text(0).size());
  return Value::of_text(arguments.count() < 2
                            ? arguments.text(0)
                            : arguments.text(0) + ":" + std::to_string(arguments.integer(1)));
}

Value tensor_of(const Arguments& arguments, DType dtype) {
  Tensor tensor{.dtype = dtype,
                .shape = arguments.integers(2),
                .strides = arguments.integers(3),
                .offset = arguments.integer(1),
                .storage = arguments.storage(0).storage};
  check_bounds(tensor);
  return {std::make_shared<Tensor>(std::move(tensor))};
}

/// (storage, offset, shape, strides, requires_grad, hooks, ...)
Value rebuild_tensor(const Arguments& arguments, Builder&) {
  return tensor_of(arguments, arguments.storage(0).dtype);
}

/// (untyped storage, offset, shape, strides, requires_grad, hooks, dtype, ...)
Value rebuild_tensor_v3(const Arguments& arguments, Builder&) {
  return tensor_of(arguments, arguments.dtype(6));
}

/// (tensor, requires_grad, hooks, ...): a parameter is its tensor.
Value rebuild_parameter(const Arguments& arguments, Builder&) {
  if (arguments.at(0).tensor() == nullptr) arguments.fail();
  return arguments.at(0);
}

constexpr const char* kDict = "dict";
constexpr const char* kOrdered = "collections.OrderedDict";
constexpr const char* kNamespace = "argparse.Namespace";

const std::unordered_map<std::string, Function>& functions() {
  using Kind = Sequence::Kind;
  static const std::unordered_map<std::string, Function> table = {
      {"collections.OrderedDict", make_filled_dict<kOrdered>},
      {"collections.defaultdict", make_filled_dict<kDict>},
      {"collections.Counter", make_filled_dict<kDict>},
      {"builtins.dict", make_filled_dict<kDict>},
      {"__builtin__.dict", make_filled_dict<kDict>},
      {"pytorch_lightning.utilities.parsing.AttributeDict", make_filled_dict<kDict>},
      {"lightning.pytorch.utilities.parsing.AttributeDict", make_filled_dict<kDict>},
      {"lightning_fabric.utilities.data.AttributeDict", make_filled_dict<kDict>},
      {"lightning.fabric.utilities.data.AttributeDict", make_filled_dict<kDict>},
      {"argparse.Namespace", make_dict<kNamespace>},
      {"builtins.list", make_sequence<Kind::list>},
      {"__builtin__.list", make_sequence<Kind::list>},
      {"builtins.set", make_sequence<Kind::set>},
      {"__builtin__.set", make_sequence<Kind::set>},
      {"builtins.frozenset", make_sequence<Kind::set>},
      {"__builtin__.frozenset", make_sequence<Kind::set>},
      {"builtins.bytes", no_bytes},
      {"__builtin__.bytes", no_bytes},
      {"_codecs.encode", encode_latin1},
      {"pathlib.Path", path_text},
      {"pathlib.PosixPath", path_text},
      {"pathlib.PurePosixPath", path_text},
      {"pathlib.WindowsPath", path_text},
      {"pathlib.PureWindowsPath", path_text},
      {"pathlib._local.PosixPath", path_text},
      {"pathlib._local.WindowsPath", path_text},
      {"numpy.dtype", numpy_dtype},
      {"numpy.core.multiarray.scalar", numpy_scalar},
      {"numpy._core.multiarray.scalar", numpy_scalar},
      {"numpy.core.multiarray._reconstruct", numpy_blank_array},
      {"numpy._core.multiarray._reconstruct", numpy_blank_array},
      {"numpy.core.numeric._frombuffer", numpy_array},
      {"numpy._core.numeric._frombuffer", numpy_array},
      {"torch.Size", make_sequence<Kind::tuple>},
      {"torch.device", device_text},
      {"torch._utils._rebuild_tensor", rebuild_tensor},
      {"torch._utils._rebuild_tensor_v2", rebuild_tensor},
      {"torch._utils._rebuild_tensor_v3", rebuild_tensor_v3},
      {"torch._utils._rebuild_parameter", rebuild_parameter},
      {"torch._utils._rebuild_parameter_with_state", rebuild_parameter},
  };
  return table;
}

/// Classes that stand for themselves. Lightning before 1.5 keys the states of callbacks by their classes.
bool may_be_named(std::string_view name) {
  for (const std::string_view exact : {"numpy.ndarray", "torch.storage.UntypedStorage", "builtins.int",
                                       "__builtin__.int", "builtins.float", "__builtin__.float"}) {
    if (name == exact) return true;
  }
  for (const std::string_view package : {"pytorch_lightning.callbacks.", "lightning.pytorch.callbacks."}) {
    if (name.starts_with(package)) return true;
  }
  return name.starts_with("torch.") && dtype_of_storage(name.substr(6)) != nullptr;
}

}  // namespace

Value global(std::string_view module, std::string_view name) {
  std::string full = std::string(module) + "." + std::string(name);
  const DType dtype = module == "torch" ? dtype_named(name) : nullptr;
  if (dtype != nullptr) return {dtype};
  if (!functions().contains(full) && !may_be_named(full)) {
    refuse("it asks for " + printable(full) + ", which no file of weights needs; nothing was executed");
  }
  return {Name{std::make_shared<const std::string>(std::move(full))}};
}

Value call(const Value& function, const Sequence& arguments, Builder& builder) {
  if (function.name() == nullptr) refuse("it calls a value that is no function; nothing was executed");
  const auto found = functions().find(*function.name());
  if (found == functions().end()) {
    refuse("it asks to make a " + printable(*function.name()) +
           ", which may only be named; nothing was executed");
  }
  return found->second(Arguments(*function.name(), arguments), builder);
}

void set_state(const Value& object, const Value& state, Builder& builder) {
  if (object.get<DType>() != nullptr) {  // of numpy.dtype: (version, byte order, ...)
    const Sequence* fields = state.sequence();
    const std::string* order =
        fields == nullptr || fields->items.size() < 2 ? nullptr : fields->items[1].text();
    if (order == nullptr || *order == ">") refuse("it holds NumPy values in big-endian order");
  } else if (object.tensor() != nullptr && state.sequence() != nullptr) {
    set_array_state(**object.get<std::shared_ptr<Tensor>>(), *state.sequence());
  } else if (object.dict() != nullptr) {
    // Otherwise it has the attributes of a dictionary, such as PyTorch's versions of modules (`_metadata`),
    // which are not used here.
    const bool is_namespace = object.dict()->type == kNamespace;
    if (is_namespace && state.dict() == nullptr) refuse("an argparse.Namespace has no fields");
    if (is_namespace) add_all(**object.get<std::shared_ptr<Dict>>(), *state.dict(), builder);
  } else {
    refuse("it gives a state to a value that has none");
  }
}

}  // namespace deeplasia::checkpoint
