#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace deeplasia::phantom {

/// A picture of float32, row-major.
class Plane {
 public:
  Plane(int64_t width, int64_t height, float fill = 0)
      : width_(width), height_(height), values_(static_cast<size_t>(width * height), fill) {}

  int64_t width() const { return width_; }
  int64_t height() const { return height_; }
  float* row(int64_t y) { return values_.data() + y * width_; }
  const float* row(int64_t y) const { return values_.data() + y * width_; }
  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }

 private:
  int64_t width_, height_;
  std::vector<float> values_;
};

/// Blurs in place with a Gaussian of `sigma` pixels; beyond the edges the outermost pixels repeat.
void blur(Plane& plane, double sigma);

/// A smooth field with a node every `cell` pixels. Cubic B-splines give the values between the nodes; they
/// smooth a little.
class Coarse {
 public:
  /// Covers width x height pixels.
  Coarse(int64_t width, int64_t height, double cell);

  int64_t columns() const { return nodes_.width(); }
  int64_t rows() const { return nodes_.height(); }
  /// Returns the pixel coordinate of column or row `i`.
  double place(int64_t i) const { return static_cast<double>(i - kMargin) * cell_; }
  double cell() const { return cell_; }
  Plane& nodes() { return nodes_; }
  /// Writes row y of the field to `out`, one value per pixel.
  void read_row(int64_t y, float* out) const;

 private:
  static constexpr int64_t kMargin = 2;
  int64_t width_;
  double cell_;
  Plane nodes_;
  std::vector<int32_t> column_;   // [width] first of four nodes
  std::vector<float> weight_[4];  // [width] each
};

/// Returns the averages of `plane` over cells as a field.
Coarse shrunk(const Plane& plane, double cell);

}  // namespace deeplasia::phantom
