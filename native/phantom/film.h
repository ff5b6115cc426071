#pragma once

#include "phantom/plane.h"
#include "phantom/random.h"

namespace deeplasia::phantom {

/// Exposure and development of one picture. None of these values depends on the child, so that no network can
/// learn the age from them. Lengths in H.
struct Film {
  double focal_blur;
  double scatter_loss, scatter_gain, scatter_width;
  double noise, noise_growth,
      noise_width;  // sd of the attenuation, times exp(growth * attenuation); width in pixels
  double contrast;  // k in 1 - exp(-k A)
  double middle;    // grey of the hand's median
  double local_contrast, local_width;
  double sharpness, sharp_width;
  double shade_x, shade_y, unevenness;
  double base;     // grey of unshielded film, share of white
  double clipped;  // share of the scale that is clipped at the bright end
};

Film draw_film(Random random);

/// Converts attenuation to grey, 0 to 1, in place. `hand`: not 0 where the hand is. `scale`: pixels per H.
/// `noise`: the random stream of the quantum noise.
void develop(Plane& picture, const std::vector<uint8_t>& hand, const Film& film, double scale, Random noise);

}  // namespace deeplasia::phantom
