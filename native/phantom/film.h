#pragma once

#include "phantom/plane.h"
#include "phantom/random.h"

namespace deeplasia::phantom {

/// How one picture was taken and developed. None of it depends on the child, so that no network reads an age
/// from it. Lengths in H.
struct Film {
  double focal_blur;
  double scatter_loss, scatter_gain, scatter_width;
  double noise, noise_growth,
      noise_width;  // sd in attenuation, times exp(growth * attenuation); width in pixels
  double contrast;  // k of 1 - exp(-k A)
  double middle;    // grey of the hand's median
  double local_contrast, local_width;
  double sharpness, sharp_width;
  double shade_x, shade_y, unevenness;
  double base;     // grey of what nothing shields, share of white
  double clipped;  // share of the scale that is lost at the bright end
};

Film draw_film(Random random);

/// Attenuation to grey, 0 to 1, in place. `hand`: not 0 where the hand is; `scale`: pixels per H; `noise`:
/// the stream of the quanta.
void develop(Plane& picture, const std::vector<uint8_t>& hand, const Film& film, double scale, Random noise);

}  // namespace deeplasia::phantom
