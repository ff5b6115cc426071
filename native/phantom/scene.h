#pragma once

#include <array>
#include <optional>
#include <vector>

#include "phantom/plane.h"
#include "phantom/view.h"

namespace deeplasia::phantom {

/// What is on the film beside the hand: the lead marker, and the edge of the exposed field.
struct Scene {
  struct Stroke {
    Point from, to;  // pixels
  };
  std::vector<Stroke> marker;
  double stroke_radius;  // pixels
  double marker_attenuation;
  std::optional<Outline> lit;  // the collimated field, pixels; none: the whole film
  bool outside_is_white;       // true: unexposed film is white; false: a digital shutter makes it black
};

Scene draw_scene(const View& view, const Coarse& skin, Random random);

/// Adds what shields the film. Call it before the film is developed.
void shield(const Scene& scene, Plane& attenuation);
/// Blackens what a digital shutter hides. Call it after the film is developed.
void shutter(const Scene& scene, Plane& grey);

}  // namespace deeplasia::phantom
