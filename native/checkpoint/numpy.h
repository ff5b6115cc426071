#pragma once

#include "checkpoint/arguments.h"
#include "checkpoint/builder.h"

namespace deeplasia::checkpoint {

// NumPy's scalars and arrays as they are pickled; Lightning keeps means and slopes this way.

/// numpy.dtype(code, align, copy); the byte order follows as its state.
Value numpy_dtype(const Arguments& arguments, Builder& builder);

/// scalar(dtype, bytes)
Value numpy_scalar(const Arguments& arguments, Builder& builder);

/// _reconstruct(ndarray, (0,), b"b"): an empty array, which set_array_state fills.
Value numpy_blank_array(const Arguments& arguments, Builder& builder);

/// _frombuffer(bytes, dtype, shape, order), as protocol 5 writes it.
Value numpy_array(const Arguments& arguments, Builder& builder);

/// (version, shape, dtype, is_column_major, bytes)
void set_array_state(Tensor& array, const Sequence& state);

}  // namespace deeplasia::checkpoint
