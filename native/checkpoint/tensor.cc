#include "checkpoint/tensor.h"

#include <algorithm>

namespace deeplasia::checkpoint {
namespace {

using bytes::refuse;

constexpr size_t kMostDimensions = 8;

}  // namespace

int64_t Tensor::element_count() const {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

bool Tensor::is_contiguous() const {
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0; expected *= shape[i]) {
    if (shape[i] != 1 && strides[i] != expected) return element_count() == 0;
  }
  return true;
}

void check_bounds(const Tensor& tensor) {
  const auto fail = [] { refuse("a tensor reaches beyond its storage, or has an impossible shape"); };
  const std::vector<int64_t>&shape = tensor.shape, &strides = tensor.strides;
  if (shape.size() > kMostDimensions || shape.size() != strides.size() || tensor.offset < 0) fail();
  const auto available = static_cast<int64_t>(tensor.storage->byte_count / tensor.dtype->size);
  int64_t count = 1, last = tensor.offset;
  bool is_empty = false, overflows = false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0 || strides[i] < 0) fail();
    is_empty |= shape[i] == 0;
    const int64_t extent = std::max<int64_t>(shape[i], 1);
    int64_t reach = 0;
    overflows |= __builtin_mul_overflow(count, extent, &count) ||
                 __builtin_mul_overflow(extent - 1, strides[i], &reach) ||
                 __builtin_add_overflow(last, reach, &last);
  }
  if (overflows || (is_empty ? tensor.offset > available : last >= available)) fail();
  if (!is_empty && static_cast<uint64_t>(count) > tensor.storage->byte_count) {
    refuse("a tensor repeats the few elements of its storage without bound (a stride of 0)");
  }
}

Tensor row_major(DType dtype, std::vector<int64_t> shape, std::shared_ptr<const Storage> storage) {
  Tensor tensor{dtype, std::move(shape), {}, 0, std::move(storage)};
  tensor.strides.resize(tensor.shape.size());
  int64_t stride = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    tensor.strides[i] = stride;
    if (__builtin_mul_overflow(stride, std::max<int64_t>(tensor.shape[i], 1), &stride)) {
      refuse("a tensor has an impossible shape");
    }
  }
  check_bounds(tensor);
  return tensor;
}

void copy_row_major(const Tensor& tensor, uint8_t* target) {
  const int64_t count = tensor.element_count(), size = tensor.dtype->size;
  if (count == 0) return;
  if (tensor.is_contiguous()) {
    std::memcpy(target, tensor.data(), count * size);
    return;
  }
  const uint8_t* source = tensor.data();
  std::vector<int64_t> index(tensor.shape.size());
  for (int64_t done = 0; done < count; ++done, target += size) {
    std::memcpy(target, source, size);
    for (size_t i = index.size(); i-- > 0;) {
      source += tensor.strides[i] * size;
      if (++index[i] < tensor.shape[i]) break;
      source -= tensor.shape[i] * tensor.strides[i] * size;
      index[i] = 0;
    }
  }
}

}  // namespace deeplasia::checkpoint
