#include "image/geometry.h"

#include <cmath>
#include <numbers>
#include <type_traits>

namespace deeplasia::image {
namespace {

template <class T>
class WindowRows final : public Rows<T> {
 public:
  WindowRows(RowsPtr<T> source, const Box& box)
      : Rows<T>(box.width(), box.height()),
        source_(std::move(source)),
        box_(box),
        left_(std::clamp<int64_t>(-box.left, 0, box.width())),
        right_(std::clamp<int64_t>(source_->width() - box.left, left_, box.width())),
        line_(box.width()),
        black_(box.width()) {}

  const T* row(int64_t y) override {
    const int64_t source_y = y + box_.top;
    if (source_y < 0 || source_y >= source_->height()) return black_.data();
    const T* pixels = source_->row(source_y);
    if (left_ == 0 && right_ == this->width()) return pixels + box_.left;
    std::copy(pixels + (box_.left + left_), pixels + (box_.left + right_), line_.data() + left_);
    return line_.data();
  }

 private:
  RowsPtr<T> source_;
  Box box_;
  int64_t left_, right_;  // columns of the window that lie inside the source
  std::vector<T> line_, black_;
};

template <class T>
class MirroredRows final : public Rows<T> {
 public:
  explicit MirroredRows(RowsPtr<T> source)
      : Rows<T>(source->width(), source->height()), source_(std::move(source)), line_(this->width()) {}

  const T* row(int64_t y) override {
    const T* pixels = source_->row(y);
    std::reverse_copy(pixels, pixels + this->width(), line_.data());
    return line_.data();
  }

 private:
  RowsPtr<T> source_;
  std::vector<T> line_;
};

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

// Positions are in 1/1024 pixel while they are added, and in 1/32 pixel after rounding.
constexpr double kPositionScale = 1024;
constexpr int kFractions = 32;
constexpr int kShift = 5;
constexpr int32_t kHalfFraction = 16;
/// Largest side whose positions fit the fixed-point arithmetic; also OpenCV's limit.
constexpr int64_t kMaxWarpSide = 32766;
/// With two zero pixels around the picture, any position outside can be clamped to one whose four neighbours
/// are 0.
constexpr int32_t kBorder = 2;

int32_t fixed(double position) {
  return static_cast<int32_t>(std::nearbyint(std::clamp(position * kPositionScale, -1e9, 1e9)));
}

/// Interpolates between four neighbours; fx and fy are the position's fractions in 1/32.
uint8_t bilinear(const uint8_t* top, const uint8_t* bottom, int32_t fx, int32_t fy) {
  const int32_t upper = top[0] * kFractions + (top[1] - top[0]) * fx;
  const int32_t lower = bottom[0] * kFractions + (bottom[1] - bottom[0]) * fx;
  return static_cast<uint8_t>((upper * kFractions + (lower - upper) * fy + kFractions * kFractions / 2) >>
                              10);
}

float bilinear(const float* top, const float* bottom, int32_t fx, int32_t fy) {
  const float x = static_cast<float>(fx) / kFractions, y = static_cast<float>(fy) / kFractions;
  return top[0] * ((1 - y) * (1 - x)) + top[1] * ((1 - y) * x) + bottom[0] * (y * (1 - x)) +
         bottom[1] * (y * x);
}

template <class T>
class WarpedRows final : public Rows<T> {
 public:
  WarpedRows(Rows<T>& source, const Affine& output_to_input, int64_t width, int64_t height)
      : Rows<T>(width, height),
        source_(source, kBorder),
        map_(output_to_input),
        step_x_(width),
        step_y_(width),
        line_(width) {
    for (int64_t x = 0; x < this->width(); ++x) {
      step_x_[x] = fixed(map_[0] * static_cast<double>(x));
      step_y_[x] = fixed(map_[3] * static_cast<double>(x));
    }
  }

  const T* row(int64_t y) override {
    const int32_t start_x = fixed(map_[1] * static_cast<double>(y) + map_[2]) + kHalfFraction;
    const int32_t start_y = fixed(map_[4] * static_cast<double>(y) + map_[5]) + kHalfFraction;
    const auto width = static_cast<int32_t>(this->width());
    const auto right = static_cast<int32_t>(source_.width()), bottom = static_cast<int32_t>(source_.height());
    const int32_t *step_x = step_x_.data(), *step_y = step_y_.data();
    const T* origin = source_.row(0);
    const int64_t stride = source_.stride();
    T* line = line_.data();
    for (int32_t x = 0; x < width; ++x) {
      const int32_t at_x = (start_x + step_x[x]) >> kShift, at_y = (start_y + step_y[x]) >> kShift;
      const int64_t left = std::clamp(at_x >> kShift, -kBorder, right);
      const int64_t upper = std::clamp(at_y >> kShift, -kBorder, bottom);
      const T* top = origin + upper * stride + left;
      line[x] = bilinear(top, top + stride, at_x & (kFractions - 1), at_y & (kFractions - 1));
    }
    return line;
  }

 private:
  Image<T> source_;
  Affine map_;
  std::vector<int32_t> step_x_, step_y_;
  std::vector<T> line_;
};

}  // namespace

Affine affine(const Plan& plan, int64_t width, int64_t height) {
  constexpr Augmentation kNone{false, 1, 1, 0, 0, 0, 0, {}, {}, {}};
  const Augmentation& drawn = plan.augmentation ? *plan.augmentation : kNone;
  const double turn = radians(plan.rotation_angle), sheared = turn + radians(drawn.shear_x);
  const double a = drawn.scale_x * std::cos(turn), b = -drawn.scale_y * std::sin(sheared);
  const double c = drawn.scale_x * std::sin(turn), d = drawn.scale_y * std::cos(sheared);
  const double shear_cos = std::cos(radians(drawn.shear_y)), shear_sin = std::sin(radians(drawn.shear_y));
  const double xx = a * shear_cos + b * shear_sin, yx = c * shear_cos + d * shear_sin;
  const double x = static_cast<double>(width - 1) / 2, y = static_cast<double>(height - 1) / 2;
  const double to_x = x + drawn.translate_x * static_cast<double>(width);
  const double to_y = y + drawn.translate_y * static_cast<double>(height);
  return {xx, b, to_x - xx * x - b * y, yx, d, to_y - yx * x - d * y};
}

Affine inverse(const Affine& m) {
  const double determinant = m[0] * m[4] - m[1] * m[3];
  const double scale = determinant != 0 ? 1 / determinant : 0;
  const double a = m[4] * scale, b = -m[1] * scale, c = -m[3] * scale, d = m[0] * scale;
  return {a, b, -a * m[2] - b * m[5], c, d, -c * m[2] - d * m[5]};
}

Affine input_to_canvas(const Plan& plan, int64_t width, int64_t height) {
  const Box box = fit_box(plan.fit, width, height);
  const double scale_x = static_cast<double>(box.width()) / static_cast<double>(plan.width);
  const double scale_y = static_cast<double>(box.height()) / static_cast<double>(plan.height);
  return {scale_x, 0,       (scale_x - 1) / 2 + static_cast<double>(box.left),
          0,       scale_y, (scale_y - 1) / 2 + static_cast<double>(box.top)};
}

Affine input_to_picture(const Plan& plan, int64_t width, int64_t height) {
  const auto [scale_x, zero, left, zero_too, scale_y, top] = input_to_canvas(plan, width, height);
  const Affine m = inverse(affine(plan, width, height));
  const Affine map{m[0] * scale_x, m[1] * scale_y, m[0] * left + m[1] * top + m[2],
                   m[3] * scale_x, m[4] * scale_y, m[3] * left + m[4] * top + m[5]};
  if (!plan.flip) return map;
  return {-map[0], -map[1], static_cast<double>(width - 1) - map[2], map[3], map[4], map[5]};
}

bool is_identity(const Affine& matrix) {
  constexpr Affine kIdentity{1, 0, 0, 0, 1, 0};
  for (size_t i = 0; i < matrix.size(); ++i) {
    if (!(std::abs(matrix[i] - kIdentity[i]) <= 1e-8 + 1e-5 * kIdentity[i])) return false;
  }
  return true;
}

template <class T>
RowsPtr<T> window(RowsPtr<T> source, const Box& box) {
  require_moderate(box.width(), box.height(), "the cropped or padded picture");
  return std::make_shared<WindowRows<T>>(std::move(source), box);
}

template <class T>
RowsPtr<T> mirrored(RowsPtr<T> source) {
  return std::make_shared<MirroredRows<T>>(std::move(source));
}

template <class T>
RowsPtr<T> warped(const RowsPtr<T>& source, const Affine& output_to_input, int64_t width, int64_t height) {
  if (std::max(source->width(), source->height()) > kMaxWarpSide) {
    throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_TOO_LARGE",
                              "a picture of " + std::to_string(source->width()) + "x" +
                                  std::to_string(source->height()) +
                                  " pixels cannot be turned or scaled; the limit is " +
                                  std::to_string(kMaxWarpSide) + " pixels per side");
  }
  return std::make_shared<WarpedRows<T>>(*source, output_to_input, width, height);
}

Box fit_box(Fit fit, int64_t width, int64_t height) {
  if (fit == Fit::stretch) return {0, 0, width, height};
  const int64_t longer = std::max(width, height), shorter = std::min(width, height);
  const bool is_padded = fit == Fit::pad || fit == Fit::pad_after_resize;
  const int64_t side = is_padded ? longer : shorter;
  // One pixel short of the centre, as in the crop with which the published models were trained.
  const int64_t square = std::max<int64_t>((longer - shorter) / 2 - 1, 0);
  const int64_t left = is_padded ? -((side - width) / 2) : width > height ? square : 0;
  const int64_t top = is_padded ? -((side - height) / 2) : height > width ? square : 0;
  return {left, top, left + side, top + side};
}

template RowsPtr<uint8_t> window<uint8_t>(RowsPtr<uint8_t>, const Box&);
template RowsPtr<float> window<float>(RowsPtr<float>, const Box&);
template RowsPtr<uint8_t> mirrored<uint8_t>(RowsPtr<uint8_t>);
template RowsPtr<float> mirrored<float>(RowsPtr<float>);
template RowsPtr<uint8_t> warped<uint8_t>(const RowsPtr<uint8_t>&, const Affine&, int64_t, int64_t);
template RowsPtr<float> warped<float>(const RowsPtr<float>&, const Affine&, int64_t, int64_t);

}  // namespace deeplasia::image
