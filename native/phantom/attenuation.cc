#include "phantom/attenuation.h"

#include <algorithm>

#include "phantom/bone_painter.h"
#include "phantom/distance.h"
#include "phantom/lookup.h"
#include "phantom/math.h"

namespace deeplasia::phantom {
namespace {

constexpr double kCell = 1.0 / 125;  // spacing of the nodes of smooth fields, H

Coarse skin_distance(const Flesh& flesh, const View& view) {
  Coarse skin(view.width, view.height, std::max(2.0, kCell * view.scale));
  Plane& nodes = skin.nodes();
  for (int64_t j = 0; j < skin.rows(); ++j)
    for (int64_t i = 0; i < skin.columns(); ++i)
      nodes.row(j)[i] =
          static_cast<float>(view.scale * flesh.inside(view.hand({skin.place(i), skin.place(j)})));
  blur(nodes, 1.2);
  // Where fingers and palm overlap, the distance to each part's own surface is too small. The distance to the
  // surface of the whole hand is not.
  const Plane whole = distance_inside(nodes);
  for (int64_t j = 0; j < skin.rows(); ++j)
    for (int64_t i = 0; i < skin.columns(); ++i) {
      float& inside = nodes.row(j)[i];
      if (inside > 0) inside = std::max(inside, static_cast<float>((whole.row(j)[i] - 0.6) * skin.cell()));
    }
  return skin;
}

// Corrections to the thickness that the outline alone gives: a factor (1: no change), and the attenuation
// that folds add.
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
        gain += bump.gain * exp(-0.5 * (d.x * d.x + d.y * d.y) / (bump.radius * bump.radius));
      }
      double folds = 0;
      for (const Fold& fold : flesh.folds)
        folds += fold.strength * smooth_step(-soft_edge, soft_edge, fold.where.inside(at));
      result.gain.nodes().row(j)[i] = static_cast<float>(gain);
      result.folds.nodes().row(j)[i] = static_cast<float>(folds);
    }
  return result;
}

// Returns attenuation as a function of the distance to the skin, H. A finger is modelled as a lying cylinder,
// the palm as a slab with rounded edges.
Lookup thickness(const Flesh& flesh) {
  constexpr double kDeepest = 0.4;
  return {kDeepest, [&flesh](double d) {
            const double off_axis = 1 - std::min(d / flesh.finger_radius, 1.0);
            const double finger = flesh.finger_depth * pow(1 - off_axis * off_axis, 0.42);
            const double beyond = std::max(d - 0.75 * flesh.finger_radius, 0.0);
            return flesh.attenuation * (finger + flesh.palm_depth * (1 - exp(-beyond / flesh.palm_rise)));
          }};
}

}  // namespace

Attenuation project(const Flesh& flesh, const Skeleton& skeleton, const View& view, Random random) {
  Attenuation result{Plane(view.width, view.height), skin_distance(flesh, view)};
  const Relief shape = relief(flesh, view, random);
  const Lookup soft = thickness(flesh);
  const auto pixel = static_cast<float>(1 / view.scale);  // H
  std::vector<float> skin(view.width), gain(view.width), folds(view.width);
  for (int64_t y = 0; y < view.height; ++y) {
    result.skin.read_row(y, skin.data());
    shape.gain.read_row(y, gain.data());
    shape.folds.read_row(y, folds.data());
    float* out = result.total.row(y);
    for (int64_t x = 0; x < view.width; ++x) {
      if (skin[x] <= 0) continue;
      // Folds fade out towards the skin, where the tissue is thin.
      const float depth = skin[x] * pixel;
      out[x] = soft.at(depth) * gain[x] + folds[x] * std::min(1.0F, depth / 0.03F);
    }
  }
  paint_bones(skeleton, view, random, result.total);
  return result;
}

}  // namespace deeplasia::phantom
