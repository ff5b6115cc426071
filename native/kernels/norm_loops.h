// Batch norm with SiLU, and the scaling of squeeze-and-excite, forward and backward, for the processor that
// the including unit is compiled for (see vector.h).
#pragma once

#include "kernels/learning.h"
#include "kernels/vector.h"

namespace deeplasia::kernels::KERNEL_NAMESPACE {

constexpr float kLog2E = 1.44269504089f;
// Values of a tensor that stay in the cache while the next block of channels is read.
constexpr int64_t kCached = 16384;

// Calls body.template run<V>(pixel, pixel_end, channel): blocks of V registers of channels, for as many
// pixels as the cache has space for.
template <class Body>
KERNEL_INLINE void in_blocks(const Pixels& size, const Body& body) {
  const int64_t step = larger(8, kCached / size.channels);
  for (int64_t from = 0; from < size.count; from += step) {
    const int64_t end = smaller(from + step, size.count);
    int64_t channel = 0;
    for (; channel + 4 * kLanes <= size.channels; channel += 4 * kLanes)
      body.template run<4>(from, end, channel);
    for (; channel < size.channels; channel += kLanes) body.template run<1>(from, end, channel);
  }
}

KERNEL_INLINE void clear(float* values, int64_t count) {
  for (int64_t i = 0; i < count; ++i) values[i] = 0;
}

template <int V>
KERNEL_INLINE void add(float* to, const Vector (&values)[V]) {
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) store(to + v * kLanes, load(to + v * kLanes) + values[v]);
}

// The derivative of SiLU at x.
KERNEL_INLINE Vector silu_slope(Vector x) {
  const Vector s = sigmoid(x * kLog2E);
  return s + s * x * (1.0f - s);
}

struct NormSums {
  const Pixels& size;
  const float *x, *origin;
  float* sums;

  template <int V>
  KERNEL_INLINE_MEMBER void run(int64_t pixel, int64_t end, int64_t channel) const {
    Vector sum[V]{}, squares[V]{};
    for (const float* from = x + pixel * size.channels + channel; pixel < end; ++pixel, from += size.channels)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) {
        const Vector value = load(from + v * kLanes) - load(origin + channel + v * kLanes);
        sum[v] += value;
        squares[v] += value * value;
      }
    add(sums + channel, sum);
    add(sums + size.channels + channel, squares);
  }
};

static void norm_sums(const Pixels& size, const float* x, const float* origin, float* sums) {
  clear(sums, 2 * size.channels);
  in_blocks(size, NormSums{size, x, origin, sums});
}

template <bool kSilu>
KERNEL_INLINE void norm_as(const Pixels& size, const Norm& norm, const float* x, float* out) {
  for (int64_t pixel = 0; pixel < size.count; ++pixel, x += size.channels, out += size.channels)
    for (int64_t c = 0; c < size.channels; c += kLanes) {
      const Vector value = load(x + c) * load(norm.scale + c) + load(norm.shift + c);
      store(out + c, kSilu ? value / one_and_power(value * kLog2E) : value);
    }
}

static void norm(const Pixels& size, const Norm& norm, bool silu, const float* x, float* out) {
  silu ? norm_as<true>(size, norm, x, out) : norm_as<false>(size, norm, x, out);
}

// The gradient of x * scale + shift.
template <bool kSilu>
KERNEL_INLINE Vector inner_gradient(const Norm& norm, int64_t c, Vector x, Vector gradient) {
  return kSilu ? gradient * silu_slope(x * load(norm.scale + c) + load(norm.shift + c)) : gradient;
}

template <bool kSilu>
struct NormBackwardSums {
  const Pixels& size;
  const Norm& norm;
  const float *x, *gradient;
  float* sums;

  template <int V>
  KERNEL_INLINE_MEMBER void run(int64_t pixel, int64_t end, int64_t channel) const {
    Vector sum[V]{}, products[V]{};
    int64_t at = pixel * size.channels + channel;
    for (; pixel < end; ++pixel, at += size.channels)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) {
        const int64_t c = channel + v * kLanes;
        const Vector value = load(x + at + v * kLanes);
        const Vector g = inner_gradient<kSilu>(norm, c, value, load(gradient + at + v * kLanes));
        sum[v] += g;
        products[v] += g * (value - load(norm.mean + c));
      }
    add(sums + channel, sum);
    add(sums + size.channels + channel, products);
  }
};

static void norm_backward_sums(const Pixels& size, const Norm& norm, bool silu, const float* x,
                               const float* gradient, float* sums) {
  clear(sums, 2 * size.channels);
  if (silu)
    in_blocks(size, NormBackwardSums<true>{size, norm, x, gradient, sums});
  else
    in_blocks(size, NormBackwardSums<false>{size, norm, x, gradient, sums});
}

template <bool kSilu>
KERNEL_INLINE void norm_backward_as(const Pixels& size, const Norm& norm, const float* x,
                                    const float* gradient, const float* of_gradient, const float* of_x,
                                    const float* constant, float* out) {
  int64_t at = 0;
  for (int64_t pixel = 0; pixel < size.count; ++pixel)
    for (int64_t c = 0; c < size.channels; c += kLanes, at += kLanes) {
      const Vector value = load(x + at);
      const Vector g = inner_gradient<kSilu>(norm, c, value, load(gradient + at));
      store(out + at, load(of_gradient + c) * g + load(of_x + c) * value + load(constant + c));
    }
}

static void norm_backward(const Pixels& size, const Norm& norm, bool silu, const float* x,
                          const float* gradient, const float* of_gradient, const float* of_x,
                          const float* constant, float* out) {
  silu ? norm_backward_as<true>(size, norm, x, gradient, of_gradient, of_x, constant, out)
       : norm_backward_as<false>(size, norm, x, gradient, of_gradient, of_x, constant, out);
}

struct Sum {
  const Pixels& size;
  const float *x, *y;
  float* sums;

  template <int V>
  KERNEL_INLINE_MEMBER void run(int64_t pixel, int64_t end, int64_t channel) const {
    Vector sum[V]{};
    int64_t at = pixel * size.channels + channel;
    for (; pixel < end; ++pixel, at += size.channels)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        sum[v] +=
            y == nullptr ? load(x + at + v * kLanes) : load(x + at + v * kLanes) * load(y + at + v * kLanes);
    add(sums + channel, sum);
  }
};

static void sum(const Pixels& size, const float* x, const float* y, float* sums) {
  clear(sums, size.channels);
  in_blocks(size, Sum{size, x, y, sums});
}

static void scale(const Pixels& size, const float* x, const float* factor, const float* constant,
                  float* out) {
  for (int64_t pixel = 0; pixel < size.count; ++pixel, x += size.channels, out += size.channels)
    for (int64_t c = 0; c < size.channels; c += kLanes) {
      const Vector product = load(x + c) * load(factor + c);
      store(out + c, constant == nullptr ? product : product + load(constant + c));
    }
}

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
