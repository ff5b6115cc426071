#include "image/sharpen.h"

#include <array>
#include <cmath>
#include <type_traits>

namespace deeplasia::image {
namespace {

/// A 3x3 kernel with one value in the middle and another around it, in float32 as in the reference.
struct Kernel {
  float middle, around;
  explicit Kernel(const Augmentation::Sharpening& how) {
    const auto alpha = static_cast<float>(how.alpha);
    middle = static_cast<float>(1 - how.alpha) + alpha * static_cast<float>(8 + how.lightness);
    around = -alpha;
  }
};

/// A source row with one reflected pixel at both ends: data()[-1] ... data()[width].
template <class T>
struct PaddedRow {
  int64_t y = -1;
  std::vector<T> pixels;
  const T* data() const { return pixels.data() + 1; }
};

/// Returns the sum of the nine products, from left to right and top to bottom. Each is added as by a fused
/// float32 multiply-add, as in OpenCV's AVX2 code: double holds every sum exactly before it is rounded.
template <class T>
float sum_in_order(const std::array<const T*, 3>& rows, int64_t x, const Kernel& kernel) {
  float sum = 0;
  for (int j = 0; j < 3; ++j) {
    for (int64_t i = -1; i <= 1; ++i) {
      const double weight = j == 1 && i == 0 ? kernel.middle : kernel.around;
      sum = static_cast<float>(static_cast<double>(sum) + weight * static_cast<double>(rows[j][x + i]));
    }
  }
  return sum;
}

uint8_t clamped(float level) { return static_cast<uint8_t>(std::clamp(level, 0.0F, 255.0F)); }

/// Returns whether another order of summation might round to another level: orders differ by less than 0.001.
bool is_near_half(float sum, float level) { return std::abs(sum - level) > 0.499F; }

/// Number of pixels that are processed at once, so that a compiler vectorises the loops.
constexpr int64_t kStretch = 64;

/// Convolves at most kStretch pixels. Only sums close to a half are computed again in OpenCV's order.
void convolve_stretch(const std::array<const uint8_t*, 3>& rows, int64_t length, const Kernel& kernel,
                      uint8_t* out) {
  std::array<int16_t, kStretch + 2> columns;
  for (int64_t x = 0; x < length + 2; ++x)
    columns[x] = static_cast<int16_t>(rows[0][x - 1] + rows[1][x - 1] + rows[2][x - 1]);
  const float around = kernel.around, extra = kernel.middle - kernel.around;
  std::array<float, kStretch> sums;
  for (int64_t x = 0; x < length; ++x) {
    const int32_t nine = columns[x] + columns[x + 1] + columns[x + 2];
    sums[x] = around * static_cast<float>(nine) + extra * static_cast<float>(rows[1][x]);
  }
  int32_t doubts = 0;
  for (int64_t x = 0; x < length; ++x) {
    const float level = half_to_even(sums[x]);
    doubts += static_cast<int32_t>(is_near_half(sums[x], level));
    out[x] = clamped(level);
  }
  for (int64_t x = 0; doubts > 0; ++x) {
    if (!is_near_half(sums[x], half_to_even(sums[x]))) continue;
    out[x] = clamped(half_to_even(sum_in_order(rows, x, kernel)));
    --doubts;
  }
}

void convolve(std::array<const uint8_t*, 3> rows, int64_t width, const Kernel& kernel, uint8_t* out) {
  for (int64_t begin = 0; begin < width; begin += kStretch) {
    convolve_stretch(rows, std::min(kStretch, width - begin), kernel, out + begin);
    for (const uint8_t*& row : rows) row += kStretch;
  }
}

void convolve(const std::array<const float*, 3>& rows, int64_t width, const Kernel& kernel, float* out) {
  for (int64_t x = 0; x < width; ++x) out[x] = sum_in_order(rows, x, kernel);
}

template <class T>
class SharpenedRows final : public Rows<T> {
 public:
  SharpenedRows(RowsPtr<T> source, const Augmentation::Sharpening& how)
      : Rows<T>(source->width(), source->height()),
        source_(std::move(source)),
        kernel_(how),
        line_(this->width()) {
    for (PaddedRow<T>& row : held_) row.pixels.resize(this->width() + 2);
  }

  const T* row(int64_t y) override {
    const std::array<const T*, 3> rows{fetch(y - 1), fetch(y), fetch(y + 1)};
    convolve(rows, this->width(), kernel_, line_.data());
    return line_.data();
  }

 private:
  /// Returns the padded source row. Three successive rows never share a slot.
  const T* fetch(int64_t wanted_y) {
    const int64_t y = reflected(wanted_y, this->height()), width = this->width();
    PaddedRow<T>& held = held_[y % 3];
    if (held.y != y) {
      held.y = y;
      const T* pixels = source_->row(y);
      std::copy(pixels, pixels + width, held.pixels.data() + 1);
      held.pixels.front() = pixels[reflected(-1, width)];
      held.pixels.back() = pixels[reflected(width, width)];
    }
    return held.data();
  }

  RowsPtr<T> source_;
  Kernel kernel_;
  std::array<PaddedRow<T>, 3> held_;
  std::vector<T> line_;
};

}  // namespace

int64_t reflected(int64_t i, int64_t size) {
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1), at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

template <class T>
RowsPtr<T> sharpened(RowsPtr<T> source, const Augmentation::Sharpening& how) {
  return std::make_shared<SharpenedRows<T>>(std::move(source), how);
}

template RowsPtr<uint8_t> sharpened<uint8_t>(RowsPtr<uint8_t>, const Augmentation::Sharpening&);
template RowsPtr<float> sharpened<float>(RowsPtr<float>, const Augmentation::Sharpening&);

}  // namespace deeplasia::image
