#include "image/intensity.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace deeplasia::image {
namespace {

/// Integer weights of red, green and blue in 1/32768 and the value that is added before the shift.
struct Luma {
  uint32_t red, green, blue, rounding;
};
constexpr Luma kCvtColor{9798, 19235, 3735, 16384};
constexpr Luma kLibpng8{9797, 19234, 3737, 0};       // libpng truncates 8-bit grey ...
constexpr Luma kLibpng16{9797, 19234, 3737, 16384};  // ... and rounds 16-bit grey

template <class Sample, class T>
class GreyRows final : public Rows<T> {
 public:
  explicit GreyRows(const RawPicture& picture)
      : Rows<T>(picture.width, picture.height),
        picture_(picture),
        luma_(!picture.png_luma     ? kCvtColor
              : sizeof(Sample) == 1 ? kLibpng8
                                    : kLibpng16),
        samples_(picture.width * picture.channels),
        line_(picture.width) {}

  const T* row(int64_t y) override {
    const size_t row_bytes = samples_.size() * sizeof(Sample);
    const uint8_t* bytes = picture_.data + y * row_bytes;
    if constexpr (std::is_same_v<Sample, uint8_t>) {
      if (picture_.channels == 1) return bytes;
      colour_to_grey(bytes);
    } else {
      std::memcpy(samples_.data(), bytes, row_bytes);  // the bytes may lie at an odd address
      if (picture_.channels == 3) {
        colour_to_grey(samples_.data());
      } else {
        std::transform(samples_.begin(), samples_.end(), line_.begin(), shortened);
      }
    }
    return line_.data();
  }

 private:
  static T shortened(uint32_t value) { return static_cast<T>(value >> (8 * (sizeof(Sample) - sizeof(T)))); }

  void colour_to_grey(const Sample* rgb) {
    const Luma luma = luma_;
    T* line = line_.data();
    const int64_t width = this->width();
    for (int64_t x = 0; x < width; ++x) {
      const uint32_t sum = luma.red * rgb[3 * x] + luma.green * rgb[3 * x + 1] + luma.blue * rgb[3 * x + 2];
      line[x] = shortened((sum + luma.rounding) >> 15);
    }
  }

  RawPicture picture_;
  Luma luma_;
  std::vector<Sample> samples_;
  std::vector<T> line_;
};

template <class From, class To>
class ConvertedRows final : public Rows<To> {
 public:
  explicit ConvertedRows(RowsPtr<From> source)
      : Rows<To>(source->width(), source->height()), source_(std::move(source)), line_(this->width()) {}

  const To* row(int64_t y) override {
    const From* pixels = source_->row(y);
    std::copy(pixels, pixels + this->width(), line_.begin());
    return line_.data();
  }

 private:
  RowsPtr<From> source_;
  std::vector<To> line_;
};

/// Returns the k-th smallest value, k from 0.
uint64_t order_statistic(const std::vector<uint64_t>& counts, uint64_t k) {
  uint64_t value = 0;
  for (uint64_t below = counts[0]; below <= k; below += counts[value]) ++value;
  return value;
}

/// Returns the cumulative sum of np.histogram(levels above 0, bins, density=True), with a 0 in front: bins +
/// 1 values. counts[v] is the number of pixels of level v, 0 <= v <= bins. NumPy's bins span from the
/// smallest to the largest value, and NumPy corrects a bin index by comparison with the rounded edges;
/// neither can be simplified away.
std::vector<float> cumulative_density(const std::vector<uint64_t>& counts, int bins) {
  int lowest = 1;
  while (counts[lowest] == 0) ++lowest;
  double low = lowest, high = bins;
  if (lowest == bins) low -= 0.5, high += 0.5;
  const double step = (high - low) / bins;
  const auto edge = [&](int i) { return i == bins ? high : low + i * step; };

  std::vector<uint64_t> binned(bins);
  uint64_t total = 0;
  for (int level = lowest; level <= bins; ++level) {
    int bin = std::min(static_cast<int>((level - low) * (bins / (high - low))), bins - 1);
    if (level < edge(bin)) --bin;
    if (bin != bins - 1 && level >= edge(bin + 1)) ++bin;
    binned[bin] += counts[level];
    total += counts[level];
  }

  std::vector<float> table{0};
  double sum = 0;
  for (int bin = 0; bin < bins; ++bin) {
    sum += static_cast<double>(binned[bin]) / (edge(bin + 1) - edge(bin)) / static_cast<double>(total);
    table.push_back(static_cast<float>(sum));
  }
  return table;
}

}  // namespace

template <class T>
RowsPtr<T> grey_rows(const RawPicture& picture) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (picture.depth == 8) return std::make_shared<GreyRows<uint8_t, uint8_t>>(picture);
  }
  return std::make_shared<GreyRows<uint16_t, T>>(picture);
}

template <class From, class To>
RowsPtr<To> converted(RowsPtr<From> source) {
  if constexpr (std::is_same_v<From, To>) {
    return source;
  } else {
    return std::make_shared<ConvertedRows<From, To>>(std::move(source));
  }
}

uint16_t highest_value(const RawPicture& picture) {
  const RowsPtr<uint16_t> rows = grey_rows<uint16_t>(picture);
  uint16_t highest = 0;
  for (int64_t y = 0; y < picture.height; ++y) {
    const uint16_t* row = rows->row(y);
    for (int64_t x = 0; x < picture.width; ++x) highest = std::max(highest, row[x]);
  }
  return highest;
}

template <class T>
void require_not_blank(Rows<T>& picture) {
  const auto bytes_but_one = sizeof(T) * (picture.width() - 1);
  const T first = picture.row(0)[0];
  for (int64_t y = 0; y < picture.height(); ++y) {
    const T* row = picture.row(y);
    if (row[0] != first || std::memcmp(row, row + 1, bytes_but_one) != 0) return;
  }
  throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_BLANK",
                            first == 0 ? "the picture is all black"
                                       : "the picture is constant: every pixel is " + std::to_string(first));
}

double first_percentile(const std::vector<uint64_t>& counts) {
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  const double rank = static_cast<double>(total - 1) * (1 / 100.0);
  const auto below = static_cast<uint64_t>(rank);
  const double fraction = rank - static_cast<double>(below);
  const auto a = static_cast<double>(order_statistic(counts, below));
  const auto b = static_cast<double>(order_statistic(counts, std::min(below + 1, total - 1)));
  return fraction < 0.5 ? a + (b - a) * fraction : b - (b - a) * (1 - fraction);
}

template <class T>
RowsPtr<float> equalized(Rows<T>& source, int bins) {
  // NumPy divides integers in double and float32 in float32; close to a half the level depends on it.
  using Real = std::conditional_t<std::is_integral_v<T>, double, float>;
  T lowest = std::numeric_limits<T>::max(), highest = std::numeric_limits<T>::lowest();
  auto result = std::make_shared<Image<float>>(source.width(), source.height());
  for (int64_t y = 0; y < source.height(); ++y) {
    const T* row = source.row(y);
    const auto [low, high] = std::minmax_element(row, row + source.width());
    lowest = std::min(lowest, *low);
    highest = std::max(highest, *high);
  }
  if (lowest == highest) return result;

  const auto range = static_cast<Real>(highest - lowest);
  const auto level = [&](T pixel) {
    return static_cast<size_t>(
        std::nearbyint(static_cast<Real>(pixel - lowest) / range * static_cast<Real>(bins)));
  };
  std::vector<uint64_t> counts(bins + 1);
  for (int64_t y = 0; y < source.height(); ++y) {
    const T* row = source.row(y);
    for (int64_t x = 0; x < source.width(); ++x) ++counts[level(row[x])];
  }
  const std::vector<float> table = cumulative_density(counts, bins);
  for (int64_t y = 0; y < source.height(); ++y) {
    const T* row = source.row(y);
    for (int64_t x = 0; x < source.width(); ++x) result->at(y)[x] = table[level(row[x])];
  }
  return result;
}

template RowsPtr<uint8_t> grey_rows<uint8_t>(const RawPicture&);
template RowsPtr<uint16_t> grey_rows<uint16_t>(const RawPicture&);
template RowsPtr<uint8_t> converted<uint8_t, uint8_t>(RowsPtr<uint8_t>);
template RowsPtr<float> converted<uint16_t, float>(RowsPtr<uint16_t>);
template RowsPtr<uint8_t> converted<uint16_t, uint8_t>(RowsPtr<uint16_t>);
template void require_not_blank<uint8_t>(Rows<uint8_t>&);
template void require_not_blank<uint16_t>(Rows<uint16_t>&);
template RowsPtr<float> equalized<uint8_t>(Rows<uint8_t>&, int);
template RowsPtr<float> equalized<float>(Rows<float>&, int);

}  // namespace deeplasia::image
