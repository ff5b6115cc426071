#include "fused/tasks.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

namespace deeplasia::fused {

// at::parallel_for is a template, and part of its caller, which would have to be built with libtorch's
// OpenMP. The iterator over the elements of a tensor is built with it: an element stands for a task.
void in_threads(int64_t count, const std::function<void(int64_t task)>& task) {
  if (count == 0) return;
  at::Tensor elements = at::empty({count}, at::kByte);
  const auto* const first = static_cast<const char*>(elements.const_data_ptr());
  auto iterator = at::TensorIterator::nullary_op(elements);
  iterator.for_each(
      [&](char** data, const int64_t* strides, int64_t size, int64_t lines) {
        for (int64_t line = 0; line < lines; ++line)
          for (int64_t i = 0; i < size; ++i) task(data[0] + line * strides[1] + i - first);
      },
      /*grain_size=*/1);
}

}  // namespace deeplasia::fused
