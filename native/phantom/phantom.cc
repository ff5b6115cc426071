#include "phantom/phantom.h"

#include <cmath>
#include <cstring>

#include "phantom/attenuation.h"
#include "phantom/film.h"
#include "phantom/hand_mask.h"
#include "phantom/plate_effects.h"
#include "phantom/scene.h"

namespace deeplasia::phantom {
namespace {

// Quantises a grey value from 0 to 1 to the nearest integer from 0 to `most`.
inline uint32_t level(float grey, float most) { return (static_cast<uint32_t>(grey * 2 * most) + 1) / 2; }

std::vector<uint8_t> quantised(const Plane& grey, int depth) {
  const std::vector<float>& values = grey.values();
  std::vector<uint8_t> bytes(values.size() * depth / 8);
  for (size_t i = 0; i < values.size(); ++i) {
    if (depth == 8) {
      bytes[i] = static_cast<uint8_t>(level(values[i], 255));
    } else {
      const auto sample = static_cast<uint16_t>(level(values[i], 65535));
      std::memcpy(bytes.data() + 2 * i, &sample, 2);
    }
  }
  return bytes;
}

}  // namespace

Phantom draw(const Request& request) {
  const auto stream = [&](Purpose purpose) { return Random(request.seed, request.index, purpose); };
  const Subject subject = draw_subject(request.subjects, stream(Purpose::subject));
  const Maturity maturity = draw_maturity(subject, stream(Purpose::maturity));
  const Hand hand = draw_hand(subject, stream(Purpose::proportions), stream(Purpose::pose));
  const Flesh flesh = build_flesh(hand, stream(Purpose::flesh));
  Random bones = stream(Purpose::bones);
  const Skeleton skeleton = build_skeleton(hand, maturity, bones);
  const View view = request.hard ? draw_plate_view(hand, flesh, request.sizes, stream(Purpose::view))
                                 : draw_view(hand, flesh, request.sizes, stream(Purpose::view));
  Attenuation shadow = project(flesh, skeleton, view, stream(Purpose::texture));
  Plane& picture = shadow.total;
  const Film film = draw_film(stream(Purpose::film));
  std::vector<uint8_t> mask;
  bool is_inverted = false, has_other_hand = false;
  if (request.hard) {
    const Plate plate = draw_plate(view, shadow.skin, stream(Purpose::plate));
    mask = visible_hand(plate, shadow.skin, view);
    is_inverted = plate.is_inverted;
    has_other_hand = plate.other.has_value();
    std::optional<Attenuation> other;
    if (plate.other) other = project(flesh, skeleton, *plate.other, stream(Purpose::other_hand));
    load(plate, other ? &other->total : nullptr, picture);
    develop(picture, mask, film, view.scale, stream(Purpose::noise));
    spoil(plate, shadow.skin, picture, stream(Purpose::grain));
  } else {
    mask = draw_mask(shadow, view, stream(Purpose::mask));
    const Scene scene = draw_scene(view, shadow.skin, stream(Purpose::scene));
    shield(scene, picture);
    develop(picture, mask, film, view.scale, stream(Purpose::noise));
    shutter(scene, picture);
  }
  Random depths = stream(Purpose::depth);
  const bool is_deep =
      request.depth == Depth::sixteen_bit || (request.depth == Depth::mixed && depths.chance(0.2));
  const int depth = is_deep ? 16 : 8;
  // H is about 0.87 of a hand's length.
  const double pixel_mm = 0.87 * subject.hand_length_mm / view.scale;
  return {
      .width = view.width,
      .height = view.height,
      .depth = depth,
      .image = quantised(picture, depth),
      .mask = std::move(mask),
      .subject = subject,
      .maturity = maturity,
      .pixel_mm = pixel_mm,
      .turn = view.turn,
      .is_inverted = is_inverted,
      .has_other_hand = has_other_hand,
  };
}

}  // namespace deeplasia::phantom
