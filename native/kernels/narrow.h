// The second half of a block: squeeze-and-excite and the projection (see vector.h).
#pragma once

#include "kernels/multiply.h"
#include "kernels/packed.h"

namespace deeplasia::kernels::KERNEL_NAMESPACE {

static void squeeze(const Packed& packed, const float* sums, int64_t pixels, float* hidden, float* factor) {
  const int64_t channels = packed.blocks * packed.block;
  const float share = 1.0f / static_cast<float>(pixels);
  for (int64_t i = 0; i < packed.squeezed; ++i) {
    Vector sum = all(0.0f);
    const float* w = packed.reduce_weight + i * channels;
    for (int64_t c = 0; c < channels; c += kLanes) sum += load(w + c) * load(sums + c);
    float total = 0;
    for (int lane = 0; lane < kLanes; ++lane) total += sum[lane];
    hidden[i] = silu(all(total * share + packed.reduce_bias[i]))[0];
  }
  for (int64_t c = 0; c < channels; c += kLanes) {
    Vector z = load(packed.excite_bias + c);
    for (int64_t i = 0; i < packed.squeezed; ++i)
      z += load(packed.excite_weight + i * channels + c) * hidden[i];
    store(factor + c, sigmoid(z));
  }
}

static void scale(const Packed& packed, const float* factor, int64_t panel, int64_t panel_end,
                  float* weight) {
  const int64_t channels = packed.blocks * packed.block;
  for (; panel < panel_end; ++panel) {
    const Panel& part = packed.panel[panel];
    const int64_t width = part.vectors * kLanes;
    const float* from = packed.project_weight + part.offset;
    float* to = weight + part.offset;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < width; i += kLanes)
        store(to + c * width + i, load(from + c * width + i) * factor[c]);
  }
}

// P pixels of a panel, of `blocks` blocks of inputs. `start`: accumulators begin there, with or without a
// residual.
template <int P, int V>
KERNEL_INLINE void project_tile(const float* x, int64_t block, int64_t plane, int64_t blocks, const float* w,
                                const float* bias, const float* start, int64_t stride, float* out) {
  Vector acc[P][V];
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) {
      acc[p][v] = bias == nullptr ? all(0.0f) : load(bias + v * kLanes);
      if (start != nullptr) acc[p][v] += load(start + p * stride + v * kLanes);
    }
  for (int64_t b = 0; b < blocks; ++b)
    multiply<P, V>(x + b * plane, block, w + b * block * V * kLanes, block, acc);
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) store(out + p * stride + v * kLanes, acc[p][v]);
}

template <int V>
void project_panel(const float* x, int64_t block, int64_t plane, int64_t blocks, const float* w,
                   const float* bias, const float* start, int64_t stride, int64_t pixels, float* out) {
  constexpr int P = kTile[V];
  int64_t i = 0;
  const auto from = [&] { return start == nullptr ? nullptr : start + i * stride; };
  for (; i + P <= pixels; i += P)
    project_tile<P, V>(x + i * block, block, plane, blocks, w, bias, from(), stride, out + i * stride);
  for (; i + 2 <= pixels; i += 2)
    project_tile<2, V>(x + i * block, block, plane, blocks, w, bias, from(), stride, out + i * stride);
  for (; i < pixels; ++i)
    project_tile<1, V>(x + i * block, block, plane, blocks, w, bias, from(), stride, out + i * stride);
}

static void project(const Packed& packed, const float* wide, int64_t pixels, int64_t pixel, int64_t pixel_end,
                    int64_t panel, int64_t panel_end, const float* weight, const float* residual,
                    float* out) {
  const int64_t block = packed.block, plane = pixels * block, stride = packed.out_stride;
  const int64_t step = larger(1, 240 / block), chunk = 240;  // what stays in the caches
  for (; pixel < pixel_end; pixel += chunk) {
    const int64_t count = smaller(chunk, pixel_end - pixel);
    for (int64_t b = 0; b < packed.blocks; b += step)
      for (int64_t i = panel; i < panel_end; ++i) {
        const Panel& part = packed.panel[i];
        const int64_t at = pixel * stride + part.first;
        const float* start = b > 0 ? out + at : residual == nullptr ? nullptr : residual + at;
        (part.vectors == 3   ? project_panel<3>
         : part.vectors == 2 ? project_panel<2>
                             : project_panel<1>)(wide + b * plane + pixel * block, block, plane,
                                                 smaller(step, packed.blocks - b),
                                                 weight + part.offset + b * block * part.vectors * kLanes,
                                                 b > 0 ? nullptr : packed.project_bias + part.first, start,
                                                 stride, count, out + at);
      }
  }
}

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
