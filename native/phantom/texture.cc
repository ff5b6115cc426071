#include "phantom/texture.h"

#include <cmath>

#include "phantom/math.h"
#include "phantom/random.h"

namespace deeplasia::phantom {
namespace {

constexpr int kSide = Tile::kSide;
using Values = std::vector<float>;

Values white_noise(uint64_t index) {
  Random random(0, index, Purpose::bones);
  Values values(static_cast<size_t>(kSide) * kSide);
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  return values;
}

// Blurs a repeating tile with a Gaussian along one axis. `step`: 1 across, kSide down.
Values blurred(const Values& source, double sigma, int step) {
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  Values kernel(2 * radius + 1);
  double sum = 0;
  for (int k = -radius; k <= radius; ++k) sum += exp(-0.5 * k * k / (sigma * sigma));
  for (int k = -radius; k <= radius; ++k)
    kernel[k + radius] = static_cast<float>(exp(-0.5 * k * k / (sigma * sigma)) / sum);
  Values result(source.size());
  const int other = step == 1 ? kSide : 1;
  for (int line = 0; line < kSide; ++line)
    for (int i = 0; i < kSide; ++i) {
      float value = 0;
      for (int k = -radius; k <= radius; ++k)
        value += kernel[k + radius] * source[line * other + ((i + k) & (kSide - 1)) * step];
      result[line * other + i * step] = value;
    }
  return result;
}

Values blurred(const Values& source, double across, double down) {
  return blurred(blurred(source, across, 1), down, kSide);
}

// Returns the structure between two scales.
Values band(const Values& noise, double fine_across, double fine_down, double coarse_across,
            double coarse_down) {
  Values values = blurred(noise, fine_across, fine_down);
  const Values low = blurred(noise, coarse_across, coarse_down);
  for (size_t i = 0; i < values.size(); ++i) values[i] -= low[i];
  return values;
}

Tile standardised(Values values) {
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double n = static_cast<double>(values.size());
  const double mean = sum / n, sd = std::sqrt(squares / n - mean * mean);
  for (float& value : values) value = static_cast<float>((value - mean) / sd);
  return Tile(std::move(values));
}

}  // namespace

float Tile::at(float u, float v) const {
  const float whole_u = std::floor(u), whole_v = std::floor(v);
  const float fu = u - whole_u, fv = v - whole_v;
  const int i = static_cast<int>(whole_u) & (kSide - 1), j = static_cast<int>(whole_v) & (kSide - 1);
  const int next_i = (i + 1) & (kSide - 1), next_j = (j + 1) & (kSide - 1);
  const float* top = values_.data() + static_cast<size_t>(j) * kSide;
  const float* low = values_.data() + static_cast<size_t>(next_j) * kSide;
  const float above = top[i] + fu * (top[next_i] - top[i]);
  const float below = low[i] + fu * (low[next_i] - low[i]);
  return above + fv * (below - above);
}

const Tile& struts() {
  static const Tile tile = standardised(band(white_noise(1), 0.9, 4, 2.6, 12));
  return tile;
}

const Tile& net() {
  static const Tile tile = [] {
    Values values = band(white_noise(2), 1.0, 1.0, 2.6, 2.6);
    for (float& value : values) value = -std::abs(value);  // bright walls where the noise changes sign
    return standardised(std::move(values));
  }();
  return tile;
}

}  // namespace deeplasia::phantom
