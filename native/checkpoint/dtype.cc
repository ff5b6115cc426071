#include "checkpoint/dtype.h"

namespace deeplasia::checkpoint {
namespace {

constexpr DTypeInfo kTypes[] = {
    {"float64", 8, "DoubleStorage", "f8", "F64"},
    {"float32", 4, "FloatStorage", "f4", "F32"},
    {"float16", 2, "HalfStorage", "f2", "F16"},
    {"bfloat16", 2, "BFloat16Storage", nullptr, "BF16"},
    {"float8_e4m3fn", 1, "Float8_e4m3fnStorage", nullptr, "F8_E4M3"},
    {"float8_e5m2", 1, "Float8_e5m2Storage", nullptr, "F8_E5M2"},
    {"int64", 8, "LongStorage", "i8", "I64"},
    {"int32", 4, "IntStorage", "i4", "I32"},
    {"int16", 2, "ShortStorage", "i2", "I16"},
    {"int8", 1, "CharStorage", "i1", "I8"},
    {"uint64", 8, "UInt64Storage", "u8", "U64"},
    {"uint32", 4, "UInt32Storage", "u4", "U32"},
    {"uint16", 2, "UInt16Storage", "u2", "U16"},
    {"uint8", 1, "ByteStorage", "u1", "U8"},
    {"bool", 1, "BoolStorage", "b1", "BOOL"},
    {"complex64", 8, "ComplexFloatStorage", "c8", nullptr},
    {"complex128", 16, "ComplexDoubleStorage", "c16", nullptr},
    {"qint32", 4, "QInt32Storage", nullptr, nullptr},
    {"qint8", 1, "QInt8Storage", nullptr, nullptr},
    {"quint8", 1, "QUInt8Storage", nullptr, nullptr},
};

DType find(const char* DTypeInfo::* column, std::string_view text) {
  for (const DTypeInfo& type : kTypes) {
    if (type.*column != nullptr && type.*column == text) return &type;
  }
  return nullptr;
}

}  // namespace

DType dtype_named(std::string_view text) { return find(&DTypeInfo::name, text); }
DType dtype_of_storage(std::string_view text) { return find(&DTypeInfo::storage, text); }
DType dtype_of_numpy(std::string_view text) { return find(&DTypeInfo::numpy, text); }
DType dtype_of_safetensors(std::string_view text) { return find(&DTypeInfo::safetensors, text); }

}  // namespace deeplasia::checkpoint
