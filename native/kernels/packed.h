#pragma once

#include <cstdint>

namespace deeplasia::kernels {

// A run of `vectors` registers of output channels.
struct Panel {
  int64_t first;   // output channel
  int64_t offset;  // of its weights, [inputs][vectors * lanes]
  int vectors;
};

// Weights of a block as the code for one kind of processor reads them. Channels between the first convolution
// and the projection are in blocks of `vectors` registers, padded with zeros. Factors of the activation (see
// `silu`) are folded in.
struct Packed {
  int64_t lanes, vectors, block, blocks;
  // First convolution (expansion or stem): [blocks][taps * in][block]. taps == 0: none, the input is read as
  // it is.
  int64_t in, kernel, stride, before, after;
  const float *first_weight, *first_bias;
  // Depthwise convolution: [blocks][kernel * kernel][block]. kernel == 0: none, the activations' mean is the
  // output.
  int64_t depth_kernel, depth_stride, depth_before, depth_after;
  const float *depth_weight, *depth_bias;
  // Squeeze and excite: both [squeezed][channels], channels == blocks * block.
  int64_t squeezed;
  const float *reduce_weight, *reduce_bias, *excite_weight, *excite_bias;
  // Projection: panels of [channels][width].
  int64_t out, out_stride, panels;
  const Panel* panel;
  const float *project_weight, *project_bias;
};

// A picture [height][width][stride].
struct Picture {
  const float* data;
  int64_t height, width, stride;
};

// What one task computes of the first half: rows of the depthwise output and blocks of channels. `row` is a
// multiple of `band`, the rows that are done block by block. Sums are one for each band, so that they do not
// depend on the shares.
struct Share {
  int64_t row, row_end, block, block_end, band;
  float* ring;   // rows of the first convolution that the depthwise one reads
  float* lines;  // rows of the picture that the first convolution reads
  float* sums;   // [bands][sums_size], of the outputs: of all shares
  int64_t sums_size;
};

// The code for one kind of processor.
struct Code {
  const char* name;
  int64_t lanes;
  // out: [blocks][pixels][block]
  void (*widen)(const Packed&, const Picture&, const Share&, float* out);
  // Sums the activations of the first convolution, of all rows: sums [1][sums_size].
  void (*pool)(const Packed&, const Picture&, const Share&);
  // factor: [channels] of the means over `pixels`; hidden: [squeezed]
  void (*squeeze)(const Packed&, const float* sums, int64_t pixels, float* hidden, float* factor);
  // The weights of some panels times the factors of their inputs.
  void (*scale)(const Packed&, const float* factor, int64_t panel, int64_t panel_end, float* weight);
  // Some pixels and panels of the output [pixels][out_stride]; residual: the same shape, or null
  void (*project)(const Packed&, const float* wide, int64_t pixels, int64_t pixel, int64_t pixel_end,
                  int64_t panel, int64_t panel_end, const float* weight, const float* residual, float* out);
};

extern const Code kPlain;
#if defined(__x86_64__)
extern const Code kAvx2, kAvx512;
#endif

}  // namespace deeplasia::kernels
