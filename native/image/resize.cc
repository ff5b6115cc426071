#include "image/resize.h"

#include <cmath>
#include <limits>

#include "image/across.h"

namespace deeplasia::image {
namespace {

/// Linear interpolation of one pixel type: `Sum` holds a value between the two passes.
template <class T>
struct Linear;

template <>
struct Linear<uint8_t> {
  using Weight = int16_t;  // 1/2048
  using Sum = int16_t;     // 1/128 grey value
  static Weight weight(float fraction) { return static_cast<Weight>(std::lrint(fraction * 2048)); }
  static float down(Sum a, Sum b, Weight wa, Weight wb) {
    return static_cast<float>((((a * wa) >> 16) + ((b * wb) >> 16) + 2) >> 2);
  }
};

template <>
struct Linear<float> {
  using Weight = float;
  using Sum = float;
  static Weight weight(float fraction) { return fraction; }
  static float down(Sum a, Sum b, Weight wa, Weight wb) { return a * wa + b * wb; }
};

/// Two neighbours along one axis for each target pixel, and their weights.
template <class T>
struct Taps {
  std::vector<int32_t> first, second;
  std::vector<typename Linear<T>::Weight> first_weight, second_weight;
};

/// Returns the taps of `target` pixels from `source` pixels; with `area`, those of INTER_AREA for an axis
/// that grows. Indices are clamped to the source. Across (not down) a clamped index also loses its fraction,
/// which affects the rounding.
template <class T>
Taps<T> linear_taps(int64_t source, int64_t target, bool area, bool across) {
  const double inverse = static_cast<double>(target) / static_cast<double>(source), scale = 1 / inverse;
  const int64_t last = source - 1;
  Taps<T> taps;
  for (int64_t i = 0; i < target; ++i) {
    const auto position = static_cast<float>((static_cast<double>(i) + 0.5) * scale - 0.5);
    const auto first = static_cast<int64_t>(std::floor(area ? static_cast<double>(i) * scale : position));
    float fraction = position - static_cast<float>(first);
    if (area) {
      fraction = static_cast<float>(static_cast<double>(i + 1) - static_cast<double>(first + 1) * inverse);
      fraction = fraction <= 0 ? 0 : fraction - std::floor(fraction);
    }
    if (across && (first < 0 || first >= last)) fraction = 0;
    taps.first.push_back(static_cast<int32_t>(std::clamp<int64_t>(first, 0, last)));
    taps.second.push_back(static_cast<int32_t>(std::clamp<int64_t>(first + 1, 0, last)));
    taps.first_weight.push_back(Linear<T>::weight(1 - fraction));
    taps.second_weight.push_back(Linear<T>::weight(fraction));
  }
  return taps;
}

/// Interpolates along rows.
template <class T>
class Across;

template <>
class Across<uint8_t> {
 public:
  Across(const Taps<uint8_t>& taps, int64_t source_width) : first_(taps.first) {
    for (size_t i = 0; i < first_.size(); ++i) {
      const auto low = static_cast<uint16_t>(taps.first_weight[i]);
      weights_.push_back(uint32_t{static_cast<uint16_t>(taps.second_weight[i])} << 16 | low);
      if (first_[i] + 4 <= source_width) safe_ = i + 1;
    }
  }
  void operator()(const uint8_t* row, int16_t* out) const {
    across(row, {first_.data(), weights_.data(), first_.size(), safe_}, out);
  }

 private:
  std::vector<int32_t> first_;
  std::vector<uint32_t> weights_;
  size_t safe_ = 0;
};

template <>
class Across<float> {
 public:
  Across(Taps<float> taps, int64_t /*source_width*/) : taps_(std::move(taps)) {}
  void operator()(const float* row, float* out) const {
    const int32_t *first = taps_.first.data(), *second = taps_.second.data();
    const float *first_weight = taps_.first_weight.data(), *second_weight = taps_.second_weight.data();
    for (size_t x = 0, width = taps_.first.size(); x < width; ++x)
      out[x] = row[first[x]] * first_weight[x] + row[second[x]] * second_weight[x];
  }

 private:
  Taps<float> taps_;
};

/// One source row, resized across.
template <class T>
struct ResizedRow {
  int64_t y = -1;
  std::vector<typename Linear<T>::Sum> values;

  void fetch(Rows<T>& source, int64_t wanted_y, const Across<T>& across) {
    if (y == wanted_y) return;
    y = wanted_y;
    across(source.row(y), values.data());
  }
};

template <class T>
void resize_linear(Rows<T>& source, int64_t height, int64_t width, bool area, float* out) {
  const Across<T> across(linear_taps<T>(source.width(), width, area, true), source.width());
  const Taps<T> down = linear_taps<T>(source.height(), height, area, false);
  ResizedRow<T> upper, lower;
  upper.values.resize(width);
  lower.values.resize(width);
  for (int64_t y = 0; y < height; ++y, out += width) {
    if (lower.y == down.first[y]) std::swap(upper, lower);  // neighbouring rows mostly share a source row
    upper.fetch(source, down.first[y], across);
    lower.fetch(source, down.second[y], across);
    const auto *above = upper.values.data(), *below = lower.values.data();
    const auto above_weight = down.first_weight[y], below_weight = down.second_weight[y];
    for (int64_t x = 0; x < width; ++x)
      out[x] = Linear<T>::down(above[x], below[x], above_weight, below_weight);
  }
}

template <class T>
float rounded(float value) {
  if constexpr (std::numeric_limits<T>::is_integer) {
    return std::clamp(std::nearbyint(value), 0.0F, static_cast<float>(std::numeric_limits<T>::max()));
  } else {
    return value;
  }
}

/// Writes the means of blocks of columns x rows pixels.
template <class T>
void block_means(Rows<T>& source, int64_t columns, int64_t rows, float* out) {
  using Sum = std::conditional_t<std::numeric_limits<T>::is_integer, int64_t, float>;
  const int64_t width = source.width() / columns, height = source.height() / rows;
  const float share = 1 / static_cast<float>(columns * rows);
  std::vector<Sum> sums(width);
  for (int64_t y = 0; y < height; ++y, out += width) {
    std::fill(sums.begin(), sums.end(), Sum{0});
    for (int64_t k = 0; k < rows; ++k) {
      const T* row = source.row(y * rows + k);
      for (int64_t x = 0; x < width; ++x) {
        for (int64_t i = 0; i < columns; ++i) sums[x] += row[x * columns + i];
      }
    }
    if (std::numeric_limits<T>::is_integer && columns == 2 && rows == 2) {
      for (int64_t x = 0; x < width; ++x)
        out[x] = std::floor((static_cast<float>(sums[x]) + 2) / 4);  // halves are rounded up
    } else {
      for (int64_t x = 0; x < width; ++x) out[x] = rounded<T>(static_cast<float>(sums[x]) * share);
    }
  }
}

/// Target pixel i is the weighted sum of the source pixels from first[i] on. Its weights are at the indices
/// from begin[i] up to, but not including, begin[i + 1].
struct Shares {
  std::vector<int64_t> first, begin;
  std::vector<float> weights;
};

Shares area_shares(int64_t source, int64_t target) {
  const double scale = 1 / (static_cast<double>(target) / static_cast<double>(source));
  constexpr double kSliver = 1e-3;  // a smaller part of a pixel is ignored
  Shares shares;
  for (int64_t i = 0; i < target; ++i) {
    const double begin = static_cast<double>(i) * scale, end = begin + scale;
    const double cell = std::min(scale, static_cast<double>(source) - begin);
    const int64_t last = std::min(static_cast<int64_t>(std::floor(end)), source - 1);
    const int64_t whole = std::min(static_cast<int64_t>(std::ceil(begin)), last);
    const double before = static_cast<double>(whole) - begin, after = end - static_cast<double>(last);
    auto& weights = shares.weights;
    shares.begin.push_back(static_cast<int64_t>(weights.size()));
    shares.first.push_back(before > kSliver ? whole - 1 : whole);
    if (before > kSliver) weights.push_back(static_cast<float>(before / cell));
    weights.insert(weights.end(), last - whole, static_cast<float>(1 / cell));
    if (after > kSliver) weights.push_back(static_cast<float>(std::min(std::min(after, 1.0), cell) / cell));
  }
  shares.begin.push_back(static_cast<int64_t>(shares.weights.size()));
  return shares;
}

/// Writes the weighted sum of the source pixels of target pixel x to line[x], added from left to right.
void area_across(const float* pixels, const Shares& shares, std::vector<float>& line) {
  const float* weight = shares.weights.data();
  for (size_t x = 0; x < line.size(); ++x) {
    const float* pixel = pixels + shares.first[x];
    const float* const end = shares.weights.data() + shares.begin[x + 1];
    float sum = 0;
    while (weight != end) sum += *pixel++ * *weight++;
    line[x] = sum;
  }
}

template <class T>
void area_means(Rows<T>& source, int64_t height, int64_t width, float* out) {
  const Shares across = area_shares(source.width(), width), down = area_shares(source.height(), height);
  std::vector<float> pixels(source.width()), line(width), sums(width);
  int64_t line_y = -1;
  for (int64_t y = 0; y < height; ++y, out += width) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    int64_t source_y = down.first[y];
    for (int64_t k = down.begin[y]; k < down.begin[y + 1]; ++k, ++source_y) {
      if (source_y != line_y) {
        const T* row = source.row(source_y);
        std::copy(row, row + source.width(), pixels.begin());
        area_across(pixels.data(), across, line);
        line_y = source_y;
      }
      for (int64_t x = 0; x < width; ++x) sums[x] += down.weights[k] * line[x];
    }
    for (int64_t x = 0; x < width; ++x) out[x] = rounded<T>(sums[x]);
  }
}

}  // namespace

template <class T>
void resize(Rows<T>& source, int64_t height, int64_t width, Resize method, float* out) {
  if (source.width() == width && source.height() == height) {
    for (int64_t y = 0; y < height; ++y, out += width) std::copy_n(source.row(y), width, out);
    return;
  }
  const int64_t columns = source.width() / width, rows = source.height() / height;
  const bool blocks =
      columns > 0 && rows > 0 && columns * width == source.width() && rows * height == source.height();
  const bool shrinks = source.width() >= width && source.height() >= height;
  if (blocks && (method == Resize::area || (columns == 2 && rows == 2))) {
    block_means(source, columns, rows, out);
  } else if (shrinks && method == Resize::area) {
    area_means(source, height, width, out);
  } else {
    resize_linear(source, height, width, method == Resize::area, out);
  }
}

template void resize<uint8_t>(Rows<uint8_t>&, int64_t, int64_t, Resize, float*);
template void resize<float>(Rows<float>&, int64_t, int64_t, Resize, float*);

}  // namespace deeplasia::image
