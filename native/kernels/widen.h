// The first half of a block: first convolution, depthwise convolution, their activations (see vector.h).
#pragma once

#include "kernels/multiply.h"
#include "kernels/packed.h"

namespace deeplasia::kernels::KERNEL_NAMESPACE {

// What a convolution sums for an output: `lines` runs of `count` inputs, a line apart; the next pixel is
// `step` further.
struct Taps {
  const float* from;
  int64_t step, count, lines, line;
};

template <int P, int V>
KERNEL_INLINE void activate(const Taps& x, int64_t pixel, const float* w, const float* bias, float* out) {
  Vector acc[P][V];
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) acc[p][v] = load(bias + v * kLanes);
  const float* from = x.from + pixel * x.step;
  for (int64_t line = 0; line < x.lines; ++line)
    multiply<P, V>(from + line * x.line, x.step, w + line * x.count * V * kLanes, x.count, acc);
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) store(out + ((pixel + p) * V + v) * kLanes, silu(acc[p][v]));
}

// One row of the first convolution, activated: out [width][V * lanes].
template <int V>
void activated_row(const Taps& x, const float* w, const float* bias, int64_t width, float* out) {
  constexpr int P = kTile[V];
  int64_t i = 0;
  for (; i + P <= width; i += P) activate<P, V>(x, i, w, bias, out);
  for (; i + 2 <= width; i += 2) activate<2, V>(x, i, w, bias, out);
  for (; i < width; ++i) activate<1, V>(x, i, w, bias, out);
}

// The lines of the picture that the first convolution reads for its row y, padded with zeros.
KERNEL_INLINE Taps padded_lines(const Packed& packed, const Picture& x, int64_t y, float* lines) {
  const int64_t before = packed.before * packed.in, inside = x.width * packed.in,
                after = packed.after * packed.in;
  const int64_t line = before + inside + after;
  for (int64_t k = 0; k < packed.kernel; ++k) {
    float* to = lines + k * line;
    const int64_t row = y * packed.stride - packed.before + k;
    if (row < 0 || row >= x.height) {
      __builtin_memset(to, 0, line * sizeof(float));
      continue;
    }
    const float* from = x.data + row * x.width * x.stride;
    __builtin_memset(to, 0, before * sizeof(float));
    __builtin_memset(to + before + inside, 0, after * sizeof(float));
    if (x.stride == packed.in)
      __builtin_memcpy(to + before, from, inside * sizeof(float));
    else
      for (int64_t i = 0; i < inside; ++i) to[before + i] = from[i / packed.in * x.stride + i % packed.in];
  }
  return {lines, packed.stride * packed.in, packed.kernel * packed.in, packed.kernel, line};
}

struct Size {
  int64_t height, width;
};

KERNEL_INLINE Size first_size(const Packed& packed, const Picture& x) {
  if (packed.kernel <= 1) return {x.height, x.width};
  const int64_t rest = packed.before + packed.after - packed.kernel;
  return {(x.height + rest) / packed.stride + 1, (x.width + rest) / packed.stride + 1};
}

// A row of the first convolution, or of the input where there is none, of one block of channels.
template <int V>
void fill_row(const Packed& packed, const Picture& x, int64_t y, int64_t block, int64_t width, float* lines,
              float* out) {
  constexpr int64_t kBlock = V * kLanes;
  if (packed.kernel == 0) {
    const int64_t first = block * kBlock, count = smaller(kBlock, packed.in - first);
    for (int64_t i = 0; i < width; ++i, out += kBlock) {
      const float* from = x.data + (y * x.width + i) * x.stride + first;
      for (int64_t c = 0; c < count; ++c) out[c] = from[c];
      for (int64_t c = count; c < kBlock; ++c) out[c] = 0;
    }
    return;
  }
  const Taps taps = packed.kernel > 1 ? padded_lines(packed, x, y, lines)
                                      : Taps{x.data + y * x.width * x.stride, x.stride, packed.in, 1, 0};
  const float* w = packed.first_weight + block * taps.lines * taps.count * kBlock;
  activated_row<V>(taps, w, packed.first_bias + block * kBlock, width, out);
}

// `N` outputs of one register of channels: rows [ky, ky_end) of the kernel that lie inside the picture. Each
// input is loaded once, for up to K outputs.
template <int K, int S, int N>
KERNEL_INLINE Vector strip(const float* const* rows, int64_t column, int64_t block, const float* w,
                           Vector bias, int64_t ky, int64_t ky_end, float* out) {
  Vector acc[N];
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) acc[n] = bias;
  for (; ky < ky_end; ++ky) {
    const float* row = rows[ky] + column * block;
    Vector weight[K];
#pragma GCC unroll 5
    for (int kx = 0; kx < K; ++kx) {
      weight[kx] = load(w + (ky * K + kx) * block);
      keep(weight[kx]);
    }
#pragma GCC unroll 20
    for (int i = 0; i < (N - 1) * S + K; ++i) {
      Vector input = load(row + i * block);
      keep(input);
#pragma GCC unroll 5
      for (int kx = 0; kx < K; ++kx)
        if (i >= kx && (i - kx) % S == 0 && (i - kx) / S < N) acc[(i - kx) / S] += input * weight[kx];
    }
  }
  Vector sum = all(0.0f);
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) {
    const Vector value = silu(acc[n]);
    store(out + n * block, value);
    sum += value;
  }
  return sum;
}

template <int K, int S, int V>
KERNEL_INLINE void depthwise_row(const float* const* rows, const float* w, const float* bias, int64_t ky,
                                 int64_t ky_end, int64_t width, float* out, float* sums) {
  constexpr int kStrip = 8;
  constexpr int64_t kBlock = V * kLanes;
  for (int v = 0; v < V; ++v) {
    const float* shifted[K];
    for (int k = 0; k < K; ++k) shifted[k] = rows[k] + v * kLanes;
    const float* weight = w + v * kLanes;
    const Vector start = load(bias + v * kLanes);
    Vector sum = load(sums + v * kLanes);
    float* to = out + v * kLanes;
    int64_t i = 0;
    for (; i + kStrip <= width; i += kStrip)
      sum += strip<K, S, kStrip>(shifted, i * S, kBlock, weight, start, ky, ky_end, to + i * kBlock);
    for (; i < width; ++i)
      sum += strip<K, S, 1>(shifted, i * S, kBlock, weight, start, ky, ky_end, to + i * kBlock);
    store(sums + v * kLanes, sum);
  }
}

template <int K, int S, int V>
void widen_as(const Packed& packed, const Picture& x, const Share& share, float* out) {
  constexpr int64_t kBlock = V * kLanes;
  const Size size = first_size(packed, x);
  const int64_t before = packed.depth_before, ring_width = before + size.width + packed.depth_after;
  const int64_t height = (size.height + before + packed.depth_after - K) / S + 1,
                width = (ring_width - K) / S + 1;
  // One band: a ring is needed for the block at work only.
  const bool is_one = share.band >= height;
  const int64_t ring_size = K * ring_width * kBlock;
  for (int64_t i = 0; i < (is_one ? 1 : share.block_end - share.block) * ring_size; ++i) share.ring[i] = 0;
  for (int64_t from = share.row; from < share.row_end; from += share.band)
    for (int64_t block = share.block; block < share.block_end; ++block) {
      float* ring = share.ring + (is_one ? 0 : block - share.block) * ring_size;
      float* sums = share.sums + from / share.band * share.sums_size + block * kBlock;
      for (int64_t c = 0; c < kBlock; ++c) sums[c] = 0;
      int64_t next =
          from == share.row ? larger(0, from * S - before) : larger(0, (from - 1) * S - before + K);
      for (int64_t y = from; y < smaller(from + share.band, share.row_end); ++y) {
        const int64_t top = y * S - before, end = smaller(top + K, size.height);
        next = larger(next, larger(top, 0));
        for (; next < end; ++next)
          fill_row<V>(packed, x, next, block, size.width, share.lines,
                      ring + (next % K * ring_width + before) * kBlock);
        const float* rows[K];
        for (int k = 0; k < K; ++k) rows[k] = ring + (larger(top + k, 0) % K) * ring_width * kBlock;
        depthwise_row<K, S, V>(rows, packed.depth_weight + block * K * K * kBlock,
                               packed.depth_bias + block * kBlock, larger(0, -top), end - top, width,
                               out + (block * height + y) * width * kBlock, sums);
      }
    }
}

template <int V>
void widen_by(const Packed& packed, const Picture& x, const Share& share, float* out) {
  const bool is_three = packed.depth_kernel == 3, is_one = packed.depth_stride == 1;
  (is_three ? is_one ? widen_as<3, 1, V> : widen_as<3, 2, V>
   : is_one ? widen_as<5, 1, V>
            : widen_as<5, 2, V>)(packed, x, share, out);
}

static void widen(const Packed& packed, const Picture& x, const Share& share, float* out) {
  (packed.vectors == 3   ? widen_by<3>
   : packed.vectors == 2 ? widen_by<2>
                         : widen_by<1>)(packed, x, share, out);
}

template <int V>
void pool_by(const Packed& packed, const Picture& x, const Share& share) {
  constexpr int64_t kBlock = V * kLanes;
  const Size size = first_size(packed, x);
  for (int64_t block = share.block; block < share.block_end; ++block) {
    float* sums = share.sums + block * kBlock;
    for (int64_t c = 0; c < kBlock; ++c) sums[c] = 0;
    for (int64_t y = 0; y < size.height; ++y) {
      fill_row<V>(packed, x, y, block, size.width, share.lines, share.ring);
      for (int v = 0; v < V; ++v) {
        Vector sum = load(sums + v * kLanes);
        for (int64_t i = 0; i < size.width; ++i) sum += load(share.ring + i * kBlock + v * kLanes);
        store(sums + v * kLanes, sum);
      }
    }
  }
}

static void pool(const Packed& packed, const Picture& x, const Share& share) {
  (packed.vectors == 3 ? pool_by<3> : packed.vectors == 2 ? pool_by<2> : pool_by<1>)(packed, x, share);
}

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
