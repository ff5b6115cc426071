#include "phantom/attenuation.h"

#include <algorithm>
#include <array>

#include "phantom/bone_painter.h"
#include "phantom/distance.h"

namespace deeplasia::phantom {
namespace {

constexpr double kCell = 1.0 / 125;  // H between the nodes of smooth fields

Coarse skin_distance(const Flesh& flesh, const View& view) {
  Coarse skin(view.width, view.height, std::max(2.0, kCell * view.scale));
  Plane& nodes = skin.nodes();
  for (int64_t j = 0; j < skin.rows(); ++j)
    for (int64_t i = 0; i < skin.columns(); ++i)
      nodes.row(j)[i] =
          static_cast<float>(view.scale * flesh.inside(view.hand({skin.place(i), skin.place(j)})));
  blur(nodes, 1.2);
  // Where fingers and palm overlap, the parts' own distances are too small; the distance to the whole is not.
  const Plane whole = distance_inside(nodes);
  for (int64_t j = 0; j < skin.rows(); ++j)
    for (int64_t i = 0; i < skin.columns(); ++i) {
      float& inside = nodes.row(j)[i];
      if (inside > 0) inside = std::max(inside, static_cast<float>((whole.row(j)[i] - 0.6) * skin.cell()));
    }
  return skin;
}

// How much thicker than its outline tells (1: not at all) the hand is, and what folds add.
struct Relief {
  Coarse gain, folds;
};

Relief relief(const Flesh& flesh, const View& view, Random& random) {
  const double cell = std::max(2.0, 1.5 * kCell * view.scale);
  Relief result{Coarse(view.width, view.height, cell), Coarse(view.width, view.height, cell)};
  Plane lumps(result.gain.columns(), result.gain.rows());
  for (float& value : lumps.values()) value = static_cast<float>(random.normal());
  blur(lumps, 2.5);
  const double soft_edge = 0.012;
  for (int64_t j = 0; j < result.gain.rows(); ++j)
    for (int64_t i = 0; i < result.gain.columns(); ++i) {
      const Point at = view.hand({result.gain.place(i), result.gain.place(j)});
      double gain = 1 + 0.15 * lumps.row(j)[i];
      for (const Bump& bump : flesh.bumps) {
        const Point d = at - bump.at;
        gain += bump.gain * std::exp(-0.5 * (d.x * d.x + d.y * d.y) / (bump.radius * bump.radius));
      }
      double folds = 0;
      for (const Fold& fold : flesh.folds)
        folds += fold.strength * smooth_step(-soft_edge, soft_edge, fold.where.inside(at));
      result.gain.nodes().row(j)[i] = static_cast<float>(gain);
      result.folds.nodes().row(j)[i] = static_cast<float>(folds);
    }
  return result;
}

// Attenuation by the distance to the skin: a finger is a lying cylinder, the palm a slab with rounded edges.
class Thickness {
 public:
  Thickness(const Flesh& flesh, double scale) : per_pixel_(kSteps / (kDeepest * scale)) {
    for (int i = 0; i <= kSteps + 1; ++i) {
      const double d = kDeepest * i / kSteps;
      const double off_axis = 1 - std::min(d / flesh.finger_radius, 1.0);
      const double finger = flesh.finger_depth * std::pow(1 - off_axis * off_axis, 0.42);
      const double beyond = std::max(d - 0.75 * flesh.finger_radius, 0.0);
      const double palm = flesh.palm_depth * (1 - std::exp(-beyond / flesh.palm_rise));
      table_[i] = static_cast<float>(flesh.attenuation * (finger + palm));
    }
  }
  float at(float pixels) const {
    const float place = std::min(pixels * static_cast<float>(per_pixel_), static_cast<float>(kSteps));
    const int whole = static_cast<int>(place);
    return table_[whole] + (place - static_cast<float>(whole)) * (table_[whole + 1] - table_[whole]);
  }

 private:
  static constexpr int kSteps = 1024;
  static constexpr double kDeepest = 0.4;  // H
  double per_pixel_;
  std::array<float, kSteps + 2> table_;
};

}  // namespace

Attenuation project(const Flesh& flesh, const Skeleton& skeleton, const View& view, Random random) {
  Attenuation result{Plane(view.width, view.height), skin_distance(flesh, view)};
  const Relief shape = relief(flesh, view, random);
  const Thickness thickness(flesh, view.scale);
  std::vector<float> skin(view.width), gain(view.width), folds(view.width);
  for (int64_t y = 0; y < view.height; ++y) {
    result.skin.read_row(y, skin.data());
    shape.gain.read_row(y, gain.data());
    shape.folds.read_row(y, folds.data());
    float* out = result.total.row(y);
    for (int64_t x = 0; x < view.width; ++x) {
      if (skin[x] <= 0) continue;
      // Folds fade at the skin, where nothing is thick.
      const float whole = std::min(1.0F, skin[x] / static_cast<float>(0.03 * view.scale));
      out[x] = thickness.at(skin[x]) * gain[x] + folds[x] * whole;
    }
  }
  paint_bones(skeleton, view, random, result.total);
  return result;
}

}  // namespace deeplasia::phantom
