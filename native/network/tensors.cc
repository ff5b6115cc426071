#include "network/tensors.h"

#include <ATen/Functions.h>

#include <array>
#include <string_view>
#include <utility>

#include "bytes/refuse.h"

namespace deeplasia::network {
namespace {

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 14> kTypes{{
    {"float64", at::kDouble},
    {"float32", at::kFloat},
    {"float16", at::kHalf},
    {"bfloat16", at::kBFloat16},
    {"float8_e4m3fn", at::kFloat8_e4m3fn},
    {"float8_e5m2", at::kFloat8_e5m2},
    {"int64", at::kLong},
    {"int32", at::kInt},
    {"int16", at::kShort},
    {"int8", at::kChar},
    {"uint8", at::kByte},
    {"bool", at::kBool},
    {"complex64", at::kComplexFloat},
    {"complex128", at::kComplexDouble},
}};

at::ScalarType type_of(checkpoint::DType dtype) {
  for (const auto& [name, type] : kTypes)
    if (name == dtype->name) return type;
  bytes::refuse(std::string("a tensor has elements of type ") + dtype->name + ", which networks cannot use");
}

checkpoint::DType dtype_of(at::ScalarType wanted) {
  for (const auto& [name, type] : kTypes)
    if (type == wanted) return checkpoint::dtype_named(name);
  bytes::refuse(std::string("tensors of type ") + at::toString(wanted) + " cannot be saved");
}

bool is_aligned(const checkpoint::Tensor& tensor) {
  return reinterpret_cast<uintptr_t>(tensor.data()) % static_cast<uintptr_t>(tensor.dtype->size) == 0;
}

}  // namespace

at::Tensor to_torch(const std::shared_ptr<const checkpoint::Tensor>& tensor) {
  const at::ScalarType type = type_of(tensor->dtype);
  if (tensor->element_count() == 0) return at::empty(tensor->shape, type);
  if (is_aligned(*tensor)) {
    // Nothing writes through this pointer: networks copy the tensors that they are offered.
    auto* data = const_cast<uint8_t*>(tensor->data());
    return at::from_blob(data, tensor->shape, tensor->strides, [tensor](void*) {}, type);
  }
  at::Tensor copy = at::empty(tensor->shape, type);
  checkpoint::copy_row_major(*tensor, static_cast<uint8_t*>(copy.mutable_data_ptr()));
  return copy;
}

checkpoint::Tensor from_torch(const at::Tensor& tensor) {
  const at::Tensor held = tensor.detach().to(at::kCPU).contiguous();
  const auto* data = static_cast<const uint8_t*>(held.const_data_ptr());
  auto storage = std::make_shared<checkpoint::Storage>();
  storage->byte_count = held.nbytes();
  storage->bytes = {std::shared_ptr<const uint8_t>(data, [held](const uint8_t*) {}), held.nbytes()};
  return checkpoint::row_major(dtype_of(held.scalar_type()), held.sizes().vec(), std::move(storage));
}

}  // namespace deeplasia::network
