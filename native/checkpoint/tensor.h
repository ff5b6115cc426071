#pragma once

#include <memory>
#include <vector>

#include "bytes/bytes.h"
#include "checkpoint/dtype.h"

namespace deeplasia::checkpoint {

/// Elements that one or more tensors are views of. The older format brings the bytes after the tensors: until
/// then only their number is known.
struct Storage {
  uint64_t byte_count = 0;
  bytes::Bytes bytes;
};

/// A strided view of a storage, as it was saved: nothing is copied, converted or moved.
struct Tensor {
  DType dtype = nullptr;
  std::vector<int64_t> shape, strides;  // strides in elements, none negative
  int64_t offset = 0;                   // of the first element, in elements
  std::shared_ptr<const Storage> storage;

  int64_t element_count() const;
  /// Whether the elements lie one after another in row-major order.
  bool is_contiguous() const;
  /// Address of the first element. It need not be aligned to the element's size: the older format does not
  /// care.
  const uint8_t* data() const { return storage->bytes.data.get() + offset * dtype->size; }
};

/// Throws ERR_DEEPLASIA_CHECKPOINT unless every element lies inside the storage and there are at most 8
/// dimensions; and where there are more elements than the storage has bytes, as strides of 0 allow.
void check_bounds(const Tensor& tensor);

/// The view of a storage from its first element on, in row-major order.
Tensor row_major(DType dtype, std::vector<int64_t> shape, std::shared_ptr<const Storage> storage);

/// Writes element_count() * dtype->size bytes in row-major order.
void copy_row_major(const Tensor& tensor, uint8_t* target);

}  // namespace deeplasia::checkpoint
