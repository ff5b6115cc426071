#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "phantom/attenuation.h"
#include "phantom/scene.h"

namespace deeplasia::phantom {

/// What makes a whole plate hard to read: all that is on it beside the hand, and what became of it between
/// the cassette and the file. Lengths in pixels, greys from 0 to 1.
struct Plate {
  struct Label {
    Outline corners;
    double attenuation;
  };
  /// Where the plate was exposed a second time, or less: grey * gain + offset.
  struct Band {
    Outline corners;
    float gain, offset;
  };
  std::vector<Scene> markers;  // letters of lead
  std::vector<Label> labels;   // plates of lead under them
  std::vector<Band> bands;
  std::optional<View> other;     // a second hand
  std::optional<Outline> field;  // the collimated field
  bool field_is_cut;             // the console blackens what is outside; else it is white
  std::optional<Outline> sheet;  // the film within the picture of it that a scanner took
  float border;                  // grey of what is round it
  std::vector<Label> prints;     // on that border: `attenuation` is their grey
  bool is_inverted;
  float gain, offset;  // of the whole: nearly black plates, pale ones
  float gamma;
  bool is_cut_out;  // the background was blackened by somebody's mask
  double cut_growth;
  float grain;  // noise of the scanner, sd
};

/// Draws all of it at random. `skin`: see Attenuation.
Plate draw_plate(const View& view, const Coarse& skin, Random random);

}  // namespace deeplasia::phantom
