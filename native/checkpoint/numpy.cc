#include "checkpoint/numpy.h"

#include <cmath>

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::printable;
using bytes::refuse;

template <class T>
T from_bytes(const Bytes& bytes) {
  T value;
  std::memcpy(&value, bytes.data.get(), sizeof value);
  return value;
}

double half_to_double(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : NAN;
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}

Value scalar(DType dtype, const Bytes& bytes) {
  const std::string_view code = dtype->numpy;
  if (code == "f8") return {from_bytes<double>(bytes)};
  if (code == "f4") return {static_cast<double>(from_bytes<float>(bytes))};
  if (code == "f2") return {half_to_double(from_bytes<uint16_t>(bytes))};
  if (code == "b1") return {from_bytes<uint8_t>(bytes) != 0};
  if (code == "i8") return {from_bytes<int64_t>(bytes)};
  if (code == "i4") return {int64_t{from_bytes<int32_t>(bytes)}};
  if (code == "i2") return {int64_t{from_bytes<int16_t>(bytes)}};
  if (code == "i1") return {int64_t{from_bytes<int8_t>(bytes)}};
  if (code == "u4") return {int64_t{from_bytes<uint32_t>(bytes)}};
  if (code == "u2") return {int64_t{from_bytes<uint16_t>(bytes)}};
  if (code == "u1") return {int64_t{from_bytes<uint8_t>(bytes)}};
  refuse(std::string("a NumPy number of type ") + dtype->name + " is not expected in a checkpoint");
}

/// From the arguments with these indices.
Tensor array_of(const Arguments& arguments, size_t dtype, size_t shape, size_t bytes, bool is_column_major) {
  const Bytes& data = arguments.bytes(bytes);
  auto storage = std::make_shared<Storage>(Storage{data.size, data});
  Tensor array = row_major(arguments.dtype(dtype), arguments.integers(shape), std::move(storage));
  if (static_cast<size_t>(array.element_count() * array.dtype->size) != data.size) arguments.fail();
  if (is_column_major) {
    int64_t stride = 1;
    for (size_t i = 0; i < array.shape.size(); stride *= array.shape[i++]) array.strides[i] = stride;
  }
  return array;
}

}  // namespace

Value numpy_dtype(const Arguments& arguments, Builder&) {
  std::string_view code = arguments.text(0);
  if (code.starts_with('<') || code.starts_with('|')) code.remove_prefix(1);
  const DType dtype = dtype_of_numpy(code);
  if (dtype == nullptr) refuse("the NumPy type '" + printable(code) + "' is not expected in a checkpoint");
  return {dtype};
}

Value numpy_scalar(const Arguments& arguments, Builder&) {
  const DType dtype = arguments.dtype(0);
  const Bytes& bytes = arguments.bytes(1);
  if (dtype->numpy == nullptr || bytes.size != static_cast<size_t>(dtype->size)) arguments.fail();
  return scalar(dtype, bytes);
}

Value numpy_blank_array(const Arguments&, Builder&) {
  return {std::make_shared<Tensor>(row_major(dtype_named("uint8"), {0}, std::make_shared<Storage>()))};
}

Value numpy_array(const Arguments& arguments, Builder&) {
  const bool is_column_major = arguments.text(3) == "F";
  return {std::make_shared<Tensor>(array_of(arguments, 1, 2, 0, is_column_major))};
}

void set_array_state(Tensor& array, const Sequence& state) {
  static const std::string kName = "numpy.ndarray";
  const Arguments arguments(kName, state);
  const auto* is_column_major = arguments.at(3).get<bool>();
  if (array.storage->byte_count != 0 || is_column_major == nullptr) arguments.fail();
  array = array_of(arguments, 2, 1, 4, *is_column_major);
}

}  // namespace deeplasia::checkpoint
