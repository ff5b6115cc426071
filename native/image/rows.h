#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "image/plan.h"
#include "runtime/coded_error.h"

namespace deeplasia::image {

/// A grey picture that computes each row when it is requested. The stages of the chain are such pictures,
/// each on top of the one before, so that only the rows that the resize reads are masked, subtracted or
/// turned, and no stage holds a whole picture unless it must.
template <class T>
class Rows {
 public:
  Rows(int64_t width, int64_t height) : width_(width), height_(height) {}
  virtual ~Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  int64_t width() const { return width_; }
  int64_t height() const { return height_; }
  /// Returns row y, 0 <= y < height: `width` values, valid until the next call.
  virtual const T* row(int64_t y) = 0;

 private:
  int64_t width_, height_;
};

template <class T>
using RowsPtr = std::shared_ptr<Rows<T>>;

/// Largest number of pixels of a picture that is read or held. Without a limit, a mask crop factor with a
/// zero too many would ask for terabytes.
constexpr int64_t kMaxPixels = int64_t{1} << 29;

/// Throws ERR_DEEPLASIA_IMAGE_TOO_LARGE if width * height is above kMaxPixels.
inline void require_moderate(int64_t width, int64_t height, const char* what) {
  if (width <= kMaxPixels && height <= kMaxPixels / std::max<int64_t>(width, 1)) return;
  throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_TOO_LARGE",
                            std::string(what) + " would have " + std::to_string(width) + "x" +
                                std::to_string(height) + " pixels; the limit is " +
                                std::to_string(kMaxPixels) + " pixels");
}

/// Returns the nearest whole grey value, halves rounded to even: the sum with kRounder has no bit left for a
/// fraction. It is vectorised, unlike std::nearbyint, which is a function call on older processors.
inline float half_to_even(float value) {
  constexpr float kRounder = 12582912;  // 1.5 * 2^23
  return (value + kRounder) - kRounder;
}

/// A picture in memory, with `border` zero pixels on every side, so that neighbours can be read without a
/// bounds check.
template <class T>
class Image final : public Rows<T> {
 public:
  Image(int64_t width, int64_t height, int64_t border = 0)
      : Rows<T>(width, height), stride_(width + 2 * border), border_(border) {
    require_moderate(width, height, "an intermediate picture");
    pixels_.resize(stride_ * (height + 2 * border));
  }

  explicit Image(Rows<T>& source, int64_t border = 0) : Image(source.width(), source.height(), border) {
    for (int64_t y = 0; y < this->height(); ++y) std::memcpy(at(y), source.row(y), sizeof(T) * this->width());
  }

  /// Returns row y, -border <= y < height + border; columns have the same range.
  T* at(int64_t y) { return pixels_.data() + (y + border_) * stride_ + border_; }
  const T* row(int64_t y) override { return at(y); }
  int64_t stride() const { return stride_; }

 private:
  int64_t stride_, border_;
  std::vector<T> pixels_;
};

}  // namespace deeplasia::image
