// The inner loop of all 1x1 convolutions, for the processor that the including unit is compiled for (see
// vector.h).
#pragma once

#include "kernels/vector.h"

namespace deeplasia::kernels::KERNEL_NAMESPACE {

// Adds x[pixel][k] * w[k][vector] to P x V accumulators.
template <int P, int V>
KERNEL_INLINE void multiply(const float* x, int64_t stride, const float* w, int64_t count,
                            Vector (&acc)[P][V]) {
  for (int64_t k = 0; k < count; ++k, w += V * kLanes) {
    Vector weight[V];
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) {
      weight[v] = load(w + v * kLanes);
      keep(weight[v]);
    }
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      const Vector input = all(x[p * stride + k]);
#pragma GCC unroll 3
      for (int v = 0; v < V; ++v) acc[p][v] += input * weight[v];
    }
  }
}

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
