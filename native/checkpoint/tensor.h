#pragma once

#include <memory>
#include <vector>

#include "bytes/bytes.h"
#include "checkpoint/dtype.h"

namespace deeplasia::checkpoint {

/// The elements of one or more tensors, which are views of it. In the older format the bytes come after the
/// tensors; until then only their number is known.
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
  /// Returns whether the elements lie one after another in row-major order.
  bool is_contiguous() const;
  /// Returns the address of the first element. In the older format it may not be aligned to the element's
  /// size.
  const uint8_t* data() const { return storage->bytes.data.get() + offset * dtype->size; }
};

/// Throws ERR_DEEPLASIA_CHECKPOINT if an element lies outside the storage, if there are more than 8
/// dimensions, or if there are more elements than the storage has bytes, which strides of 0 allow.
void check_bounds(const Tensor& tensor);

/// Returns a view of a storage from its first element on, in row-major order.
Tensor row_major(DType dtype, std::vector<int64_t> shape, std::shared_ptr<const Storage> storage);

/// Writes element_count() * dtype->size bytes in row-major order.
void copy_row_major(const Tensor& tensor, uint8_t* target);

}  // namespace deeplasia::checkpoint
