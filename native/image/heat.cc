#include "image/heat.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace deeplasia::image {
namespace {

// Colours of even steps from dark to light, for all kinds of colour vision (points of Matplotlib's "inferno",
// CC0).
constexpr std::array<std::array<float, 3>, 5> kColours{
    {{0, 0, 4}, {87, 16, 110}, {188, 55, 84}, {249, 142, 9}, {252, 255, 164}}};
// The hottest place covers the picture by this share.
constexpr float kMostCover = 0.75F;

float between(float value, float low, float high) {
  return value > low ? std::min(value, high) : low;  // low for NaN
}

}  // namespace

void draw_heat(const float* grey, const float* heat, int64_t pixels, uint8_t* rgb) {
  for (int64_t i = 0; i < pixels; ++i) {
    const float hot = between(heat[i], 0, 1), ground = 255 * between(grey[i], 0, 1);
    const float place = hot * (kColours.size() - 1);
    const size_t below = std::min(static_cast<size_t>(place), kColours.size() - 2);
    const float share = place - static_cast<float>(below), cover = kMostCover * std::sqrt(hot);
    for (size_t channel = 0; channel < 3; ++channel) {
      const float low = kColours[below][channel], high = kColours[below + 1][channel];
      const float colour = low + share * (high - low);
      rgb[3 * i + static_cast<int64_t>(channel)] =
          static_cast<uint8_t>(std::lround(ground + cover * (colour - ground)));
    }
  }
}

}  // namespace deeplasia::image
