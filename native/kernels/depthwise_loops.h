// Depthwise convolutions of channels-last pictures, forward and backward, for the processor that the
// including unit is compiled for (see vector.h). A ring has the rows of the input that a row of the output
// depends on, padded, and dense for a block of channels.
#pragma once

#include "kernels/learning.h"
#include "kernels/vector.h"

namespace deeplasia::kernels::KERNEL_NAMESPACE {

// The rows of the input under a row of the kernel, where there are any.
template <int K>
struct Window {
  const float* rows[K];
  int taps[K];  // which row of the kernel
  int count;
};

template <int V>
struct Ring {
  const Depthwise& of;
  const float* x;  // its first channel
  float* rows;
  int64_t width;
  int64_t next = 0;  // row of the input that is copied next

  KERNEL_INLINE_MEMBER void fill(int64_t row) {
    float* to = rows + (row * of.dilation % of.kernel * width + of.before_columns) * V * kLanes;
    const float* from = x + row * of.width * of.channels;
    for (int64_t i = 0; i < of.width; ++i, to += of.dilation * V * kLanes, from += of.channels)
#pragma GCC unroll 3
      for (int v = 0; v < V; ++v) store(to + v * kLanes, load(from + v * kLanes));
  }
};

// The rows for row y of the output.
template <int K, int V>
KERNEL_INLINE Window<K> window_of(Ring<V>& ring, int64_t y) {
  const Depthwise& of = ring.of;
  const int64_t top = y * of.stride - of.before_rows;
  Window<K> window;
  window.count = 0;
  for (int k = 0; k < K; ++k) {
    const int64_t row = top + k;
    if (row < 0 || row % of.dilation != 0 || row / of.dilation >= of.height) continue;
    for (; ring.next <= row / of.dilation; ++ring.next)
      if (ring.next * of.dilation >= top) ring.fill(ring.next);
    window.rows[window.count] = ring.rows + row % K * ring.width * V * kLanes;
    window.taps[window.count++] = k;
  }
  return window;
}

template <int V>
KERNEL_INLINE Ring<V> ring_of(const Depthwise& of, const float* x, float* rows) {
  const int64_t width = ring_width(of), size = of.kernel * width * V * kLanes;
  for (int64_t i = 0; i < size; ++i) rows[i] = 0;
  return {of, x, rows, width};
}

// N outputs of one register of channels. Each input is loaded once, for up to K outputs.
template <int K, int S, int N, int V>
KERNEL_INLINE void convolve(const Window<K>& window, int64_t offset, const float* weight, int64_t channels,
                            float* out) {
  constexpr int64_t kBlock = V * kLanes;
  Vector acc[N]{};
  for (int row = 0; row < window.count; ++row) {
    const float* from = window.rows[row] + offset;
    const float* taps = weight + window.taps[row] * K * channels;
    Vector w[K];
#pragma GCC unroll 7
    for (int k = 0; k < K; ++k) {
      w[k] = load(taps + k * channels);
      keep(w[k]);
    }
#pragma GCC unroll 24
    for (int i = 0; i < (N - 1) * S + K; ++i) {
      Vector input = load(from + i * kBlock);
      keep(input);
#pragma GCC unroll 7
      for (int k = 0; k < K; ++k)
        if (i >= k && (i - k) % S == 0 && (i - k) / S < N) acc[(i - k) / S] += input * w[k];
    }
  }
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) store(out + n * channels, acc[n]);
}

template <int K, int S, int V>
void depthwise_as(const Depthwise& of, const float* x, const float* weight, float* rows, float* out) {
  constexpr int kStrip = K == 7 ? 6 : 8;
  Ring<V> ring = ring_of<V>(of, x, rows);
  for (int64_t y = 0; y < of.out_height; ++y) {
    const Window<K> window = window_of<K>(ring, y);
    for (int v = 0; v < V; ++v) {
      const float* w = weight + v * kLanes;
      float* to = out + y * of.out_width * of.channels + v * kLanes;
      int64_t i = 0;
      for (; i + kStrip <= of.out_width; i += kStrip)
        convolve<K, S, kStrip, V>(window, (i * S * V + v) * kLanes, w, of.channels, to + i * of.channels);
      for (; i < of.out_width; ++i)
        convolve<K, S, 1, V>(window, (i * S * V + v) * kLanes, w, of.channels, to + i * of.channels);
    }
  }
}

// Adds the products of N gradients with the inputs under R rows of the kernel.
template <int K, int S, int N, int R, int V>
KERNEL_INLINE void correlate(const Window<K>& window, int first, int64_t offset, const float* gradient,
                             int64_t channels, Vector (&acc)[R][K]) {
  constexpr int64_t kBlock = V * kLanes;
  Vector g[N];
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) {
    g[n] = load(gradient + n * channels);
    keep(g[n]);
  }
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r) {
    const float* from = window.rows[first + r] + offset;
#pragma GCC unroll 16
    for (int i = 0; i < (N - 1) * S + K; ++i) {
      Vector input = load(from + i * kBlock);
      keep(input);
#pragma GCC unroll 7
      for (int k = 0; k < K; ++k)
        if (i >= k && (i - k) % S == 0 && (i - k) / S < N) acc[r][k] += input * g[(i - k) / S];
    }
  }
}

// R rows of the kernel, one row of the output, one register of channels. sums: [kernel * kernel][V * lanes]
template <int K, int S, int R, int V>
KERNEL_INLINE void correlate_row(const Window<K>& window, int first, int v, const float* gradient,
                                 const Depthwise& of, float* sums) {
  constexpr int64_t kBlock = V * kLanes;
  Vector acc[R][K];
  const auto sums_of = [&](int r, int k) {
    return sums + (window.taps[first + r] * K + k) * kBlock + v * kLanes;
  };
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 7
    for (int k = 0; k < K; ++k) acc[r][k] = load(sums_of(r, k));
  int64_t i = 0;
  for (; i + 4 <= of.out_width; i += 4)
    correlate<K, S, 4, R, V>(window, first, (i * S * V + v) * kLanes, gradient + i * of.channels, of.channels,
                             acc);
  for (; i < of.out_width; ++i)
    correlate<K, S, 1, R, V>(window, first, (i * S * V + v) * kLanes, gradient + i * of.channels, of.channels,
                             acc);
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 7
    for (int k = 0; k < K; ++k) store(sums_of(r, k), acc[r][k]);
}

template <int K, int S, int V>
void depthwise_weight_as(const Depthwise& of, const float* x, const float* gradient, float* rows,
                         float* of_weight) {
  constexpr int64_t kBlock = V * kLanes;
  constexpr int kRows = K == 3 ? 3 : K == 5 ? 2 : 1;  // as many as the registers have space for
  float sums[int64_t{K} * K * kBlock];
  for (int64_t i = 0; i < int64_t{K} * K * kBlock; ++i) sums[i] = 0;
  Ring<V> ring = ring_of<V>(of, x, rows);
  for (int64_t y = 0; y < of.out_height; ++y) {
    const Window<K> window = window_of<K>(ring, y);
    for (int v = 0; v < V; ++v) {
      const float* from = gradient + y * of.out_width * of.channels + v * kLanes;
      int row = 0;
      for (; row + kRows <= window.count; row += kRows)
        correlate_row<K, S, kRows, V>(window, row, v, from, of, sums);
      for (; row < window.count; ++row) correlate_row<K, S, 1, V>(window, row, v, from, of, sums);
    }
  }
  for (int64_t tap = 0; tap < int64_t{K} * K; ++tap)
    for (int64_t c = 0; c < kBlock; ++c) of_weight[tap * of.channels + c] = sums[tap * kBlock + c];
}

template <int K, int S>
void depthwise_by(const Depthwise& of, const float* x, const float* weight, int64_t first, int vectors,
                  float* ring, float* out) {
  (vectors == 3   ? depthwise_as<K, S, 3>
   : vectors == 2 ? depthwise_as<K, S, 2>
                  : depthwise_as<K, S, 1>)(of, x + first, weight + first, ring, out + first);
}

template <int K, int S>
void depthwise_weight_by(const Depthwise& of, const float* x, const float* gradient, int64_t first,
                         int vectors, float* ring, float* of_weight) {
  (vectors == 3   ? depthwise_weight_as<K, S, 3>
   : vectors == 2 ? depthwise_weight_as<K, S, 2>
                  : depthwise_weight_as<K, S, 1>)(of, x + first, gradient + first, ring, of_weight + first);
}

// Calls run<kernel, stride>().
template <class Run>
KERNEL_INLINE void by_shape(const Depthwise& of, const Run& run) {
  const bool is_one = of.stride == 1;
  if (of.kernel == 3)
    is_one ? run.template operator()<3, 1>() : run.template operator()<3, 2>();
  else if (of.kernel == 5)
    is_one ? run.template operator()<5, 1>() : run.template operator()<5, 2>();
  else
    is_one ? run.template operator()<7, 1>() : run.template operator()<7, 2>();
}

static void depthwise(const Depthwise& of, const float* x, const float* weight, int64_t first, int vectors,
                      float* ring, float* out) {
  by_shape(of, [&]<int K, int S>() { depthwise_by<K, S>(of, x, weight, first, vectors, ring, out); });
}

static void depthwise_weight(const Depthwise& of, const float* x, const float* gradient, int64_t first,
                             int vectors, float* ring, float* of_weight) {
  by_shape(of, [&]<int K, int S>() {
    depthwise_weight_by<K, S>(of, x, gradient, first, vectors, ring, of_weight);
  });
}

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
