#include "kernels/mbconv.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <tuple>

namespace deeplasia::kernels {
namespace {

// The activation takes log2(e) * x and returns log2(e) * silu(x).
constexpr float kLog2E = 1.44269504089f, kLn2 = 0.69314718056f;
constexpr int64_t kLine = 16;            // floats of a cache line, where each part of the workspace begins
constexpr int64_t kRowsForThreads = 64;  // at fewer rows, threads share the channels
constexpr int64_t kBand = 4;

int64_t padded(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

int64_t wide_channels(const MbConv& shape) {
  return shape.first.kernel > 0 ? shape.first.out : shape.depthwise.out;
}

// Registers a block: as many as possible, unless padding would cost more.
int64_t vectors_of(int64_t channels, int64_t lanes) {
  int64_t best = 3;
  for (const int64_t vectors : {2, 1})
    if (padded(channels, vectors * lanes) < padded(channels, best * lanes)) best = vectors;
  return best;
}

// The part of [0, count) that begins at a multiple of `unit`.
std::pair<int64_t, int64_t> part_of(int64_t count, int64_t unit, int64_t part) {
  return {std::min(count, unit * part), std::min(count, unit * (part + 1))};
}

int64_t parts_of(int64_t count, int64_t unit) { return (count + unit - 1) / unit; }

bool is_known(const Convolution& convolution) {
  return convolution.before >= 0 && convolution.after >= 0 && convolution.stride >= 1;
}

}  // namespace

bool runs_here(const Code& code) {
#if defined(__x86_64__)
  if (&code == &kAvx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (&code == &kAvx512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && runs_here(kAvx2);
#endif
  return &code == &kPlain;
}

const Code& best_code() {
#if defined(__x86_64__)
  const char* limit = std::getenv("DEEPLASIA_KERNELS");
  for (const Code* code : {&kAvx512, &kAvx2}) {
    const bool excluded = limit != nullptr && (std::strcmp(limit, "plain") == 0 ||
                                               (std::strcmp(limit, "avx2") == 0 && code == &kAvx512));
    if (!excluded && runs_here(*code)) return *code;
  }
#endif
  return kPlain;
}

bool Block::supports(const MbConv& shape) {
  const auto &first = shape.first, &depth = shape.depthwise;
  if (!is_known(first) || !is_known(depth)) return false;
  if (first.kernel == 1 && (first.stride != 1 || first.before + first.after != 0)) return false;
  if (first.kernel > 1 && (first.before >= first.kernel || first.after >= first.kernel)) return false;
  if (depth.kernel == 0) return first.kernel > 0;
  return (depth.kernel == 3 || depth.kernel == 5) && (depth.stride == 1 || depth.stride == 2) &&
         depth.before < depth.kernel && depth.after < depth.kernel && !shape.squeeze.weight.empty() &&
         !(shape.residual && (first.kernel > 1 || depth.stride != 1));
}

Block::Block(const MbConv& shape, const Code& code) : code_(code), residual_(shape.residual) {
  const int64_t wide = wide_channels(shape);
  packed_.lanes = code.lanes;
  packed_.vectors = vectors_of(wide, code.lanes);
  packed_.block = packed_.vectors * code.lanes;
  packed_.blocks = padded(wide, packed_.block) / packed_.block;
  packed_.in = shape.first.kernel > 0 ? shape.first.in : wide;
  packed_.kernel = shape.first.kernel;
  packed_.stride = shape.first.stride;
  packed_.before = shape.first.before;
  packed_.after = shape.first.after;
  if (packed_.kernel > 0) pack_first(shape);
  if (shape.depthwise.kernel == 0) {
    packed_.out = wide;
    packed_.out_stride = packed_.blocks * packed_.block;
    return;
  }
  pack_depthwise(shape);
  pack_squeeze(shape);
  pack_project(shape);
}

void Block::pack_first(const MbConv& shape) {
  const Convolution& first = shape.first;
  const int64_t block = packed_.block, area = first.kernel * first.kernel, count = first.in * area;
  first_weight_ = Aligned(packed_.blocks * count * block);
  first_bias_ = Aligned(packed_.blocks * block);
  for (int64_t o = 0; o < first.out; ++o) {
    first_bias_[o] = first.bias[o] * kLog2E;
    for (int64_t c = 0; c < first.in; ++c)
      for (int64_t tap = 0; tap < area; ++tap)
        first_weight_[((o / block) * count + tap * first.in + c) * block + o % block] =
            first.weight[(o * first.in + c) * area + tap] * kLog2E;
  }
  packed_.first_weight = first_weight_.data();
  packed_.first_bias = first_bias_.data();
}

void Block::pack_depthwise(const MbConv& shape) {
  const Convolution& depth = shape.depthwise;
  const int64_t block = packed_.block, area = depth.kernel * depth.kernel;
  const float factor = packed_.kernel > 0 ? 1 : kLog2E;  // an activation before it has brought the factor
  depth_weight_ = Aligned(packed_.blocks * area * block);
  depth_bias_ = Aligned(packed_.blocks * block);
  for (int64_t c = 0; c < depth.out; ++c) {
    depth_bias_[c] = depth.bias[c] * kLog2E;
    for (int64_t tap = 0; tap < area; ++tap)
      depth_weight_[((c / block) * area + tap) * block + c % block] = depth.weight[c * area + tap] * factor;
  }
  packed_.depth_kernel = depth.kernel;
  packed_.depth_stride = depth.stride;
  packed_.depth_before = depth.before;
  packed_.depth_after = depth.after;
  packed_.depth_weight = depth_weight_.data();
  packed_.depth_bias = depth_bias_.data();
}

void Block::pack_squeeze(const MbConv& shape) {
  const Convolution &squeeze = shape.squeeze, &excite = shape.excite;
  const int64_t channels = packed_.blocks * packed_.block;
  reduce_weight_ = Aligned(squeeze.out * channels);
  excite_weight_ = Aligned(squeeze.out * channels);
  reduce_bias_ = Aligned(squeeze.out);
  excite_bias_ = Aligned(channels);
  for (int64_t i = 0; i < squeeze.out; ++i) {
    reduce_bias_[i] = squeeze.bias[i] * kLog2E;
    for (int64_t c = 0; c < squeeze.in; ++c) {
      reduce_weight_[i * channels + c] =
          squeeze.weight[i * squeeze.in + c];  // ln 2 of the mean, log2 e of what follows
      excite_weight_[i * channels + c] = excite.weight[c * squeeze.out + i];
    }
  }
  for (int64_t c = 0; c < squeeze.in; ++c) excite_bias_[c] = excite.bias[c] * kLog2E;
  packed_.squeezed = squeeze.out;
  packed_.reduce_weight = reduce_weight_.data();
  packed_.reduce_bias = reduce_bias_.data();
  packed_.excite_weight = excite_weight_.data();
  packed_.excite_bias = excite_bias_.data();
}

void Block::pack_project(const MbConv& shape) {
  const Convolution& project = shape.project;
  const int64_t lanes = code_.lanes, channels = packed_.blocks * packed_.block;
  const int64_t stride = padded(project.out, lanes);
  project_weight_ = Aligned(channels * stride);
  project_bias_ = Aligned(stride);
  std::copy(project.bias.begin(), project.bias.end(), project_bias_.data());
  for (int64_t at = 0; at < stride;) {
    const int64_t left = (stride - at) / lanes;
    const int64_t vectors =
        left == 4 ? 2 : std::min<int64_t>(3, left);  // two and two rather than three and one
    const int64_t width = vectors * lanes, offset = at * channels;
    panels_.push_back({at, offset, static_cast<int>(vectors)});
    for (int64_t o = at; o < std::min(at + width, project.out); ++o)
      for (int64_t c = 0; c < project.in; ++c)
        project_weight_[offset + c * width + o - at] = project.weight[o * project.in + c] * kLn2;
    at += width;
  }
  packed_.out = project.out;
  packed_.out_stride = stride;
  packed_.panels = static_cast<int64_t>(panels_.size());
  packed_.panel = panels_.data();
  packed_.project_weight = project_weight_.data();
  packed_.project_bias = project_bias_.data();
}

// Sizes on the way, and where in the workspace what lies.
struct Block::Layout {
  int64_t rows, pixels, band, bands;
  int64_t ring, own;                                  // floats of each thread: the ring, all
  int64_t wide, sums, factor, hidden, weight, total;  // where, after what the threads have
};

Block::Layout Block::layout(int64_t height, int64_t width, int64_t threads) const {
  Layout at{};
  const int64_t padding = packed_.before + packed_.after;
  const int64_t lines =
      packed_.kernel > 1 ? padded(packed_.kernel * (width + padding) * packed_.in, kLine) : 0;
  if (packed_.kernel > 1) {
    height = (height + padding - packed_.kernel) / packed_.stride + 1;
    width = (width + padding - packed_.kernel) / packed_.stride + 1;
  }
  const int64_t channels = packed_.blocks * packed_.block, kernel = packed_.depth_kernel;
  if (kernel == 0) {
    at.rows = at.band = height;
    at.bands = 1;
    at.pixels = height * width;
    at.ring = padded(width * packed_.block, kLine);
  } else {
    const int64_t around = packed_.depth_before + packed_.depth_after;
    at.rows = (height + around - kernel) / packed_.depth_stride + 1;
    at.pixels = at.rows * ((width + around - kernel) / packed_.depth_stride + 1);
    at.band = at.rows >= kRowsForThreads ? kBand : at.rows;
    at.bands = (at.rows + at.band - 1) / at.band;
    at.ring = padded(kernel * (width + around) * (at.bands > 1 ? channels : packed_.block), kLine);
  }
  at.own = at.ring + lines;
  at.wide = threads * at.own;
  at.sums = at.wide + (kernel == 0 ? 0 : padded(at.pixels * channels, kLine));
  at.factor = at.sums + padded(at.bands * channels, kLine);
  at.hidden = at.factor + padded(channels, kLine);
  at.weight = at.hidden + padded(packed_.squeezed, kLine);
  at.total = at.weight + channels * (kernel == 0 ? 0 : packed_.out_stride);
  return at;
}

bool Block::takes(int64_t height, int64_t width) const {
  for (const int64_t side : {height, width}) {
    const int64_t padded_side = side + packed_.before + packed_.after;
    if (side < 1 || (packed_.kernel > 1 && padded_side < packed_.kernel)) return false;
    const int64_t first = packed_.kernel > 1 ? (padded_side - packed_.kernel) / packed_.stride + 1 : side;
    if (first + packed_.depth_before + packed_.depth_after < packed_.depth_kernel) return false;
  }
  return true;
}

Block::Shape Block::output(int64_t height, int64_t width) const {
  if (packed_.depth_kernel == 0) return {1, 1, packed_.out, packed_.out_stride};
  const Layout at = layout(height, width, 1);
  return {at.rows, at.pixels / at.rows, packed_.out, packed_.out_stride};
}

int64_t Block::workspace(int64_t height, int64_t width, int64_t threads) const {
  return layout(height, width, threads).total;
}

void Block::run(const Picture& x, float* out, float* workspace, int64_t threads,
                const Parallel& parallel) const {
  const Layout at = layout(x.height, x.width, threads);
  const int64_t channels = packed_.blocks * packed_.block;
  float* sums = workspace + at.sums;
  // Each task computes some rows of the one before it again: a task of few rows only where there are many
  // threads.
  const int64_t rows =
      kBand * std::clamp<int64_t>(at.bands / (2 * threads), std::min<int64_t>(8, parts_of(at.bands, threads)),
                                  at.bands);
  const bool by_rows = at.bands > 1;
  parallel(by_rows ? parts_of(at.rows, rows) : packed_.blocks, [&](int64_t task, int64_t thread) {
    float* own = workspace + thread * at.own;
    Share share{0, at.rows, task, task + 1, at.band, own, own + at.ring, sums, channels};
    if (by_rows) {
      std::tie(share.row, share.row_end) = part_of(at.rows, rows, task);
      std::tie(share.block, share.block_end) = std::pair<int64_t, int64_t>{0, packed_.blocks};
    }
    if (packed_.depth_kernel == 0)
      code_.pool(packed_, x, share);
    else
      code_.widen(packed_, x, share, workspace + at.wide);
  });
  if (packed_.depth_kernel == 0) {
    for (int64_t c = 0; c < channels; ++c) out[c] = sums[c] * (kLn2 / static_cast<float>(at.pixels));
    return;
  }
  for (int64_t band = 1; band < at.bands; ++band)
    for (int64_t c = 0; c < channels; ++c) sums[c] += sums[band * channels + c];
  float *factor = workspace + at.factor, *weight = workspace + at.weight;
  code_.squeeze(packed_, sums, at.pixels, workspace + at.hidden, factor);
  code_.scale(packed_, factor, 0, packed_.panels, weight);
  project(x, at, weight, workspace + at.wide, out, parallel);
}

// Tasks are pixels, or where these are few, panels of some pixels.
void Block::project(const Picture& x, const Layout& at, const float* weight, const float* wide, float* out,
                    const Parallel& parallel) const {
  const bool is_small = at.pixels < 1024;
  const int64_t unit = is_small ? 132 : 240, parts = parts_of(at.pixels, unit),
                panels = is_small ? packed_.panels : 1;
  parallel(parts * panels, [&](int64_t task, int64_t) {
    const auto [pixel, pixel_end] = part_of(at.pixels, unit, task % parts);
    const int64_t panel = task / parts, panel_end = is_small ? panel + 1 : packed_.panels;
    code_.project(packed_, wide, at.pixels, pixel, pixel_end, panel, panel_end, weight,
                  residual_ ? x.data : nullptr, out);
  });
}

}  // namespace deeplasia::kernels
