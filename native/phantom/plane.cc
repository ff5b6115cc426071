#include "phantom/plane.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

std::vector<float> gaussian(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(2.6 * sigma)));
  std::vector<float> kernel(2 * radius + 1);
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -radius; i <= radius; ++i)
    kernel[i + radius] = static_cast<float>(exp(-0.5 * i * i / (sigma * sigma)) / sum);
  return kernel;
}

// Writes the sum of kernel[k] * rows[k][x] over k to out[x]. All rows have `width` values.
void weighted_sum(const std::vector<const float*>& rows, const std::vector<float>& kernel, int64_t width,
                  float* __restrict out) {
  const size_t last = kernel.size() - 1, pairs = kernel.size() / 2;
  std::fill_n(out, width, 0.0F);
  for (size_t k = 0; k < pairs; ++k) {
    const float early = kernel[k], late = kernel[last - k];
    const float* __restrict a = rows[k];
    const float* __restrict b = rows[last - k];
    for (int64_t x = 0; x < width; ++x) out[x] += early * a[x] + late * b[x];
  }
  if (kernel.size() % 2 == 0) return;
  const float weight = kernel[pairs];
  const float* __restrict middle = rows[pairs];
  for (int64_t x = 0; x < width; ++x) out[x] += weight * middle[x];
}

std::array<double, 4> spline_weights(double t) {
  const double u = 1 - t;
  return {u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6,
          t * t * t / 6};
}

}  // namespace

void blur(Plane& plane, double sigma) {
  const std::vector<float> kernel = gaussian(sigma);
  const auto radius = static_cast<int64_t>(kernel.size() / 2);
  const int64_t width = plane.width(), height = plane.height();
  // A ring keeps the original values of rows that are overwritten while rows below still need them.
  const int64_t ring_size = radius + 1;
  Plane ring(width, ring_size);
  std::vector<float> sum(width), padded(width + 2 * radius);
  std::vector<const float*> rows(kernel.size()), shifted(kernel.size());
  for (int64_t y = 0; y < height; ++y) {
    std::copy_n(plane.row(y), width, ring.row(y % ring_size));
    for (int64_t k = -radius; k <= radius; ++k) {
      const int64_t wanted = std::clamp<int64_t>(y + k, 0, height - 1);
      rows[k + radius] = wanted > y ? plane.row(wanted) : ring.row(wanted % ring_size);
    }
    weighted_sum(rows, kernel, width, sum.data());
    std::fill_n(padded.begin(), radius, sum.front());
    std::copy(sum.begin(), sum.end(), padded.begin() + radius);
    std::fill_n(padded.end() - radius, radius, sum.back());
    for (size_t k = 0; k < kernel.size(); ++k) shifted[k] = padded.data() + k;
    weighted_sum(shifted, kernel, width, plane.row(y));
  }
}

Coarse::Coarse(int64_t width, int64_t height, double cell)
    : width_(width),
      cell_(cell),
      nodes_(static_cast<int64_t>(std::ceil(static_cast<double>(width) / cell)) + 2 * kMargin + 1,
             static_cast<int64_t>(std::ceil(static_cast<double>(height) / cell)) + 2 * kMargin + 1),
      column_(width) {
  for (auto& weight : weight_) weight.resize(width);
  for (int64_t x = 0; x < width; ++x) {
    const double at = static_cast<double>(x) / cell_;
    const double whole = std::floor(at);
    column_[x] = static_cast<int32_t>(whole) + static_cast<int32_t>(kMargin) - 1;
    const auto weights = spline_weights(at - whole);
    for (int k = 0; k < 4; ++k) weight_[k][x] = static_cast<float>(weights[k]);
  }
}

void Coarse::read_row(int64_t y, float* out) const {
  const double at = static_cast<double>(y) / cell_;
  const double whole = std::floor(at);
  const int64_t first = static_cast<int64_t>(whole) + kMargin - 1;
  const auto weights = spline_weights(at - whole);
  std::vector<float> line(nodes_.width());
  std::vector<const float*> rows;
  std::vector<float> kernel;
  for (int k = 0; k < 4; ++k) {
    rows.push_back(nodes_.row(first + k));
    kernel.push_back(static_cast<float>(weights[k]));
  }
  weighted_sum(rows, kernel, nodes_.width(), line.data());
  for (int64_t x = 0; x < width_; ++x) {
    const float* p = line.data() + column_[x];
    out[x] = weight_[0][x] * p[0] + weight_[1][x] * p[1] + weight_[2][x] * p[2] + weight_[3][x] * p[3];
  }
}

Coarse shrunk(const Plane& plane, double cell) {
  Coarse field(plane.width(), plane.height(), cell);
  Plane& nodes = field.nodes();
  for (int64_t j = 0; j < field.rows(); ++j) {
    const auto top = std::clamp<int64_t>(std::lround(field.place(j) - cell / 2), 0, plane.height() - 1);
    const auto bottom = std::clamp<int64_t>(std::lround(field.place(j) + cell / 2), top + 1, plane.height());
    std::vector<float> sum(plane.width());
    for (int64_t y = top; y < bottom; ++y) {
      const float* row = plane.row(y);
      for (int64_t x = 0; x < plane.width(); ++x) sum[x] += row[x];
    }
    for (int64_t i = 0; i < field.columns(); ++i) {
      const auto left = std::clamp<int64_t>(std::lround(field.place(i) - cell / 2), 0, plane.width() - 1);
      const auto right = std::clamp<int64_t>(std::lround(field.place(i) + cell / 2), left + 1, plane.width());
      float total = 0;
      for (int64_t x = left; x < right; ++x) total += sum[x];
      nodes.row(j)[i] = total / static_cast<float>((right - left) * (bottom - top));
    }
  }
  return field;
}

}  // namespace deeplasia::phantom
