#pragma once

#include <cstdint>

namespace deeplasia::kernels {

// Pixels [count][channels], the layout of channels-last tensors.
struct Pixels {
  int64_t count, channels;
};

// What a batch norm is for a channel, and what its backward needs: see `Learning`. All [channels].
struct Norm {
  const float *scale, *shift;  // of the normalised and weighted value: x * scale + shift
  const float* mean;
};

// A depthwise convolution over [height][width][channels]. `dilation`: zeros stand between the input's pixels
// (2: one); the kernel is square, `before` the padding on top and to the left.
struct Depthwise {
  int64_t channels, height, width, out_height, out_width, kernel, stride, before_rows, before_columns,
      dilation;
};

// The forward and backward of layers in training, for one kind of processor: loops without threads. The
// number of channels is a multiple of `lanes`.
struct Learning {
  const char* name;
  int64_t lanes;
  // Adds up x - origin and its square: sums [2][channels], which are overwritten.
  void (*norm_sums)(const Pixels&, const float* x, const float* origin, float* sums);
  // out = x * scale + shift, or the SiLU of it.
  void (*norm)(const Pixels&, const Norm&, bool silu, const float* x, float* out);
  // Adds up the gradient g of x * scale + shift, and g * (x - mean): sums [2][channels]. `gradient`: that of
  // the output.
  void (*norm_backward_sums)(const Pixels&, const Norm&, bool silu, const float* x, const float* gradient,
                             float* sums);
  // out = of_gradient * g + of_x * x + constant.
  void (*norm_backward)(const Pixels&, const Norm&, bool silu, const float* x, const float* gradient,
                        const float* of_gradient, const float* of_x, const float* constant, float* out);
  // sums [channels] of x, or of x * y if there is a y.
  void (*sum)(const Pixels&, const float* x, const float* y, float* sums);
  // out = x * factor + constant, per channel; without a constant, 0.
  void (*scale)(const Pixels&, const float* x, const float* factor, const float* constant, float* out);
  // Some channels, `vectors` registers from `first`, of one picture. weight: [kernel * kernel][channels];
  // `ring` has space for ring_size() floats.
  void (*depthwise)(const Depthwise&, const float* x, const float* weight, int64_t first, int vectors,
                    float* ring, float* out);
  // The gradient of the weight, [kernel * kernel][channels], of the same channels: overwritten.
  void (*depthwise_weight)(const Depthwise&, const float* x, const float* gradient, int64_t first,
                           int vectors, float* ring, float* of_weight);
};

extern const Learning kPlainLearning;
#if defined(__x86_64__)
extern const Learning kAvx2Learning, kAvx512Learning;
#endif

// Registers of channels that a task of depthwise convolutions has at most.
constexpr int kMostVectors = 3;

// The best code for this processor (see best_code) and a number of channels; null if none fits.
const Learning* learning_code(int64_t channels);

// Columns of a padded row of the input. Never shared between units: see vector.h.
[[gnu::always_inline]] static inline int64_t ring_width(const Depthwise& of) {
  const int64_t needed = (of.out_width - 1) * of.stride + of.kernel;
  const int64_t filled = of.before_columns + (of.width - 1) * of.dilation + 1;
  return needed > filled ? needed : filled;
}

[[gnu::always_inline]] static inline int64_t ring_size(const Depthwise& of, int64_t lanes) {
  return of.kernel * ring_width(of) * kMostVectors * lanes;
}

}  // namespace deeplasia::kernels
