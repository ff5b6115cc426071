#include "image/histogram.h"

#include <algorithm>
#include <array>

namespace deeplasia::image {
namespace {

constexpr int kLevels = 256;
using Counts = std::array<double, kLevels>;

/// A level that occurs in the reference, and the share of its pixels that are at most this bright.
struct Step {
  double level, share;
};

std::vector<Step> steps_of(const Counts& counts) {
  double total = 0, below = 0;
  for (const double count : counts) total += count;
  std::vector<Step> steps;
  for (int level = 0; level < kLevels; ++level) {
    below += counts[level];
    if (counts[level] > 0) steps.push_back({static_cast<double>(level), below / total});
  }
  return steps;
}

/// Linear interpolation in numpy's order of operations.
double interpolated(const std::vector<Step>& steps, double share) {
  if (share < steps.front().share) return steps.front().level;
  if (share >= steps.back().share) return steps.back().level;
  const auto above = std::upper_bound(steps.begin(), steps.end(), share,
                                      [](double value, const Step& step) { return value < step.share; });
  const Step &from = *(above - 1), &to = *above;
  const double slope = (to.level - from.level) / (to.share - from.share);
  return slope * (share - from.share) + from.level;
}

}  // namespace

template <class T>
RowsPtr<T> matched(Rows<uint8_t>& source, const Matching& matching) {
  Image<uint8_t> grey(source);
  Counts counts{};
  for (int64_t y = 0; y < grey.height(); ++y)
    for (const uint8_t *pixel = grey.at(y), *end = pixel + grey.width(); pixel != end; ++pixel)
      ++counts[*pixel];
  const std::vector<Step> steps = steps_of(matching.counts);
  const double total = static_cast<double>(grey.width()) * static_cast<double>(grey.height());
  std::array<T, kLevels> table{};
  double below = 0;
  for (int level = 0; level < kLevels; ++level) {
    below += counts[level];
    table[level] = static_cast<T>(interpolated(steps, below / total));
  }
  auto result = std::make_shared<Image<T>>(grey.width(), grey.height());
  for (int64_t y = 0; y < grey.height(); ++y) {
    const uint8_t* row = grey.at(y);
    for (int64_t x = 0; x < grey.width(); ++x) result->at(y)[x] = table[row[x]];
  }
  return result;
}

template RowsPtr<float> matched<float>(Rows<uint8_t>&, const Matching&);
template RowsPtr<uint8_t> matched<uint8_t>(Rows<uint8_t>&, const Matching&);

}  // namespace deeplasia::image
