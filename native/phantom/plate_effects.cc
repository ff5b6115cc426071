#include "phantom/plate_effects.h"

#include <algorithm>

#include "phantom/distance.h"
#include "phantom/lookup.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

// Calls change(x, y) for each pixel inside, or outside, of a convex outline.
template <class Function>
void for_each(const Outline& outline, bool inside, int64_t width, int64_t height, Function change) {
  const LineDistance line(outline, true);
  for (int64_t y = 0; y < height; ++y) {
    const auto runs = line.inside(static_cast<double>(y));
    const double from = runs.empty() ? 1e9 : runs.front().from, to = runs.empty() ? -1e9 : runs.back().to;
    for (int64_t x = 0; x < width; ++x) {
      const bool is_inside = static_cast<double>(x) >= from && static_cast<double>(x) <= to;
      if (is_inside == inside) change(x, y);
    }
  }
}

}  // namespace

void load(const Plate& plate, const Plane* other, Plane& attenuation) {
  const int64_t width = attenuation.width(), height = attenuation.height();
  if (other != nullptr)
    for (size_t i = 0; i < attenuation.values().size(); ++i) attenuation.values()[i] += other->values()[i];
  for (const Plate::Label& label : plate.labels)
    for_each(label.corners, true, width, height,
             [&](int64_t x, int64_t y) { attenuation.row(y)[x] = static_cast<float>(label.attenuation); });
  for (const Scene& marker : plate.markers) shield(marker, attenuation);
  if (plate.field && !plate.field_is_cut)
    for_each(*plate.field, false, width, height,
             [&](int64_t x, int64_t y) { attenuation.row(y)[x] = std::max(attenuation.row(y)[x], 5.0F); });
}

void spoil(const Plate& plate, const Coarse& skin, Plane& grey, Random noise) {
  const int64_t width = grey.width(), height = grey.height();
  for (const Plate::Band& band : plate.bands)
    for_each(band.corners, true, width, height,
             [&](int64_t x, int64_t y) { grey.row(y)[x] = grey.row(y)[x] * band.gain + band.offset; });
  if (plate.field && plate.field_is_cut)
    for_each(*plate.field, false, width, height, [&](int64_t x, int64_t y) { grey.row(y)[x] = 0; });
  if (plate.is_cut_out) {
    std::vector<float> line(width);
    for (int64_t y = 0; y < height; ++y) {
      skin.read_row(y, line.data());
      for (int64_t x = 0; x < width; ++x)
        if (line[x] + static_cast<float>(plate.cut_growth) <= 0) grey.row(y)[x] = 0;
    }
  }
  const double gamma = static_cast<double>(plate.gamma);
  const Lookup curve(1, [gamma](double value) { return pow(std::max(value, 0.0), gamma); });
  for (float& value : grey.values()) {
    float changed = curve.at(std::clamp(value, 0.0F, 1.0F));
    if (plate.is_inverted) changed = 1 - changed;
    value = changed * plate.gain + plate.offset;
  }
  if (plate.sheet) {
    for_each(*plate.sheet, false, width, height,
             [&](int64_t x, int64_t y) { grey.row(y)[x] = plate.border; });
    for (const Plate::Label& print : plate.prints)
      for_each(print.corners, true, width, height,
               [&](int64_t x, int64_t y) { grey.row(y)[x] = static_cast<float>(print.attenuation); });
  }
  if (plate.grain > 0)
    for (float& value : grey.values())
      if (!plate.is_cut_out || value > 0) value += plate.grain * static_cast<float>(noise.uniform(-1.7, 1.7));
  for (float& value : grey.values()) value = std::clamp(value, 0.0F, 1.0F);
}

std::vector<uint8_t> visible_hand(const Plate& plate, const Coarse& skin, const View& view) {
  std::vector<uint8_t> mask(static_cast<size_t>(view.width * view.height));
  const auto growth = static_cast<float>(plate.is_cut_out ? std::min(plate.cut_growth, 0.0) : 0.0);
  std::vector<float> line(view.width);
  for (int64_t y = 0; y < view.height; ++y) {
    skin.read_row(y, line.data());
    for (int64_t x = 0; x < view.width; ++x) mask[y * view.width + x] = line[x] + growth > 0 ? 255 : 0;
  }
  const auto hide_outside = [&](const Outline& seen) {
    for_each(seen, false, view.width, view.height,
             [&](int64_t x, int64_t y) { mask[y * view.width + x] = 0; });
  };
  if (plate.field) hide_outside(*plate.field);
  if (plate.sheet) {
    hide_outside(*plate.sheet);
    for (const Plate::Label& print : plate.prints)
      for_each(print.corners, true, view.width, view.height,
               [&](int64_t x, int64_t y) { mask[y * view.width + x] = 0; });
  }
  return mask;
}

}  // namespace deeplasia::phantom
