#pragma once

#include <cstdint>
#include <string_view>

namespace deeplasia::checkpoint {

/// Type of a tensor's elements: one line of the table in dtype.cc. `name` is PyTorch's and NumPy's:
/// "float32".
struct DTypeInfo {
  const char* name;
  int64_t size;             // bytes an element
  const char* storage;      // PyTorch's class of such a storage, or nullptr
  const char* numpy;        // NumPy's code, or nullptr
  const char* safetensors;  // the format's name, or nullptr
};
using DType = const DTypeInfo*;

/// Each returns the type whose column equals `text`, or nullptr.
DType dtype_named(std::string_view text);
DType dtype_of_storage(std::string_view text);
DType dtype_of_numpy(std::string_view text);
DType dtype_of_safetensors(std::string_view text);

}  // namespace deeplasia::checkpoint
