#pragma once

#include <array>
#include <optional>
#include <vector>

#include "phantom/plane.h"
#include "phantom/view.h"

namespace deeplasia::phantom {

/// What else is on the film: the marker of lead, and the edge of the lit field.
struct Scene {
  struct Stroke {
    Point from, to;  // pixels
  };
  std::vector<Stroke> marker;
  double stroke_radius;  // pixels
  double marker_attenuation;
  std::optional<Outline> lit;  // the collimated field, pixels; none: the whole film
  bool outside_is_white;       // film that saw no ray is white; a digital shutter makes it black
};

Scene draw_scene(const View& view, const Coarse& skin, Random random);

/// Before the film is developed: what shields it.
void shield(const Scene& scene, Plane& attenuation);
/// After that: what the console blackens.
void shutter(const Scene& scene, Plane& grey);

}  // namespace deeplasia::phantom
