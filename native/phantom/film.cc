#include "phantom/film.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "phantom/lookup.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

// Returns the sum of four uniform 16-bit numbers, scaled to mean 0 and sd 1: close enough to normal for
// quantum noise.
inline float quantum(uint64_t bits) {
  const auto sum =
      static_cast<int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
  constexpr float kSd = 37837.2F;  // of the sum: 65536 / sqrt(12) * 2
  return static_cast<float>(sum - 131070) * (1 / kSd);
}

void add_scatter(Plane& picture, const Film& film, double scale) {
  const double width = film.scatter_width * scale;
  const double cell = std::max(2.0, width / 2.5);
  Coarse veil = shrunk(picture, cell);
  blur(veil.nodes(), width / cell);
  std::vector<float> line(picture.width());
  const auto keep = static_cast<float>(1 - film.scatter_loss), gain = static_cast<float>(film.scatter_gain);
  for (int64_t y = 0; y < picture.height(); ++y) {
    veil.read_row(y, line.data());
    float* row = picture.row(y);
    for (int64_t x = 0; x < picture.width(); ++x) row[x] = keep * row[x] + gain * line[x];
  }
}

void add_noise(Plane& picture, const Film& film, Random noise) {
  Plane quanta(picture.width(), picture.height());
  for (int64_t y = 0; y < picture.height(); ++y) {
    float* row = quanta.row(y);
    for (int64_t x = 0; x < picture.width(); ++x) row[x] = quantum(noise.bits());
  }
  blur(quanta, film.noise_width);
  // Blurring white noise leaves about 1 / (2 sqrt(pi) width) of its sd.
  const auto sd = static_cast<float>(film.noise * 2 * 1.7724538509 * std::max(film.noise_width, 0.3));
  const auto growth = static_cast<float>(film.noise_growth);
  for (int64_t y = 0; y < picture.height(); ++y) {
    float* row = picture.row(y);
    const float* grain = quanta.row(y);
    for (int64_t x = 0; x < picture.width(); ++x) row[x] += sd * grain[x] * fast_exp(growth * row[x]);
  }
}

// Applies the film's response: black where nothing shields it, and saturating.
void expose(Plane& picture, double contrast) {
  const auto k = static_cast<float>(contrast);
  for (float& value : picture.values()) value = 1 - fast_exp(-k * value);
}

struct Levels {
  float middle, white;  // median and 99.8th percentile of the hand
};

Levels levels(const Plane& picture, const std::vector<uint8_t>& hand) {
  constexpr float kTop = 2047;
  std::array<int64_t, 2048> counts{};
  int64_t total = 0;
  const std::vector<float>& values = picture.values();
  for (size_t i = 0; i < values.size(); i += 5) {
    if (hand[i] == 0) continue;
    ++counts[static_cast<size_t>(std::clamp(values[i], 0.0F, 1.0F) * kTop)];
    ++total;
  }
  const auto quantile = [&](double share) {
    const auto wanted = static_cast<int64_t>(share * static_cast<double>(total));
    int64_t below = 0;
    size_t level = 0;
    while (level + 1 < counts.size() && (below += counts[level]) < wanted) ++level;
    return std::max(static_cast<float>(level) / kTop, 0.01F);
  };
  return {quantile(0.5), quantile(0.998)};
}

void add_contrast(Plane& picture, double width, double amount) {
  const auto gain = static_cast<float>(amount);
  if (width < 3) {
    Plane soft = picture;
    blur(soft, width);
    const std::vector<float>& low = soft.values();
    for (size_t i = 0; i < low.size(); ++i) picture.values()[i] += gain * (picture.values()[i] - low[i]);
    return;
  }
  const double cell = std::max(2.0, width / 2);
  Coarse soft = shrunk(picture, cell);
  blur(soft.nodes(), 0.7 * width / cell);
  std::vector<float> line(picture.width());
  for (int64_t y = 0; y < picture.height(); ++y) {
    soft.read_row(y, line.data());
    float* row = picture.row(y);
    for (int64_t x = 0; x < picture.width(); ++x) row[x] += gain * (row[x] - line[x]);
  }
}

// Scales the grey values by the hand, as a console does: its brightest parts become white, its median becomes
// `film.middle`.
void finish(Plane& picture, const Film& film, const std::vector<uint8_t>& hand, Random& random) {
  const auto [middle, white] = levels(picture, hand);
  const double ratio = std::min(0.95, static_cast<double>(middle) / white);
  const double gamma = std::clamp(log(film.middle) / log(ratio), 0.4, 2.5);
  const Lookup curve(1, [gamma](double grey) { return pow(grey, gamma); });
  const auto w = static_cast<double>(picture.width()), h = static_cast<double>(picture.height());
  Coarse shade(picture.width(), picture.height(), std::max(w, h) / 3);
  for (int64_t j = 0; j < shade.rows(); ++j)
    for (int64_t i = 0; i < shade.columns(); ++i)
      shade.nodes().row(j)[i] =
          static_cast<float>(1 + film.shade_x * (shade.place(i) / w - 0.5) +
                             film.shade_y * (shade.place(j) / h - 0.5) + random.normal(0, film.unevenness));
  std::vector<float> line(picture.width());
  const auto base = static_cast<float>(film.base),
             gain = static_cast<float>((1 - film.base) / (1 - film.clipped));
  const float stretch = 1 / white;
  for (int64_t y = 0; y < picture.height(); ++y) {
    shade.read_row(y, line.data());
    float* row = picture.row(y);
    for (int64_t x = 0; x < picture.width(); ++x) {
      row[x] = std::clamp(base + gain * curve.at(row[x] * stretch) * std::min(line[x], 1.05F), 0.0F, 1.0F);
    }
  }
}

}  // namespace

Film draw_film(Random random) {
  constexpr double kPixel = 1.0 / 425;  // H; size of the pixels in which the widths below were measured
  Film film{};
  film.focal_blur = random.uniform(0.5, 1.0) * kPixel;
  film.scatter_loss = random.uniform(0, 0.15);
  film.scatter_gain = random.uniform(0, 0.15);
  film.scatter_width = 28 * kPixel;
  const double quiet = random.uniform();
  film.noise = 0.003 + 0.06 * quiet * quiet * quiet * quiet;
  film.noise_growth = random.uniform(-0.2, 0.5);
  film.noise_width = random.uniform(0.5, 0.9);
  film.contrast = random.uniform(0.3, 1.2);
  film.middle = random.normal(0.58, 0.09);
  film.local_contrast = random.chance(0.35) ? random.uniform(0.2, 1) : 0;
  film.local_width = random.uniform(2, 8) * kPixel;
  film.sharpness = random.chance(0.5) ? random.uniform(0, 1.3) : 0;
  film.sharp_width = random.uniform(0.6, 1.8) * kPixel;
  film.shade_x = random.normal(0, 0.08);
  film.shade_y = random.normal(0, 0.12);
  film.unevenness = 0.08;
  film.base = random.chance(0.5) ? 0 : random.uniform(0, 0.2);
  film.clipped = random.chance(0.3) ? random.uniform(0, 0.12) : 0;
  return film;
}

void develop(Plane& picture, const std::vector<uint8_t>& hand, const Film& film, double scale, Random noise) {
  blur(picture, std::max(0.45, film.focal_blur * scale));
  add_scatter(picture, film, scale);
  add_noise(picture, film, noise);
  expose(picture, film.contrast);
  if (film.local_contrast > 0) add_contrast(picture, film.local_width * scale, film.local_contrast);
  if (film.sharpness > 0) add_contrast(picture, film.sharp_width * scale, film.sharpness);
  finish(picture, film, hand, noise);
}

}  // namespace deeplasia::phantom
