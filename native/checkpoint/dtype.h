#pragma once

#include <cstdint>
#include <string_view>

namespace deeplasia::checkpoint {

/// Type of a tensor's elements: one line of the table in dtype.cc. `name` is PyTorch's and NumPy's:
/// "float32".
struct DTypeInfo {
  const char* name;
  int64_t size;             // bytes an element
  const char* storage;      // PyTorch's class of such a storage, nullptr where there is none
  const char* numpy;        // NumPy's code, nullptr where NumPy has no such type
  const char* safetensors;  // nullptr where safetensors has no such type
};
using DType = const DTypeInfo*;

/// Each finds the type of which that column reads `text`, or nullptr.
DType dtype_named(std::string_view text);
DType dtype_of_storage(std::string_view text);
DType dtype_of_numpy(std::string_view text);
DType dtype_of_safetensors(std::string_view text);

}  // namespace deeplasia::checkpoint
