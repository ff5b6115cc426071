// Tests of whole plates that are hard to read: their views, and the mask of what can be seen.
#include <algorithm>
#include <array>

#include "check.h"
#include "phantom/attenuation.h"
#include "phantom/distance.h"
#include "phantom/plate_effects.h"
#include "phantoms.h"

using namespace deeplasia::test;

TEST(a_view_leads_to_the_picture_and_back) {
  for (const bool mirrored : {false, true}) {
    const View view{100, 80, 50, {30, 40}, 0.7, mirrored};
    for (const Point p : {Point{0, 0}, Point{0.3, -0.2}, Point{-0.1, 0.9}}) {
      const Point back = view.hand(view.pixel(p));
      EXPECT(length(back - p) < 1e-12);
    }
    // From the fingers to the thumb it is clockwise on a left hand, and the other way round on a right one.
    const Point middle = view.pixel({0, 0}), fingers = view.pixel({0, 1}) - middle,
                thumb = view.pixel({1, 0}) - middle;
    EXPECT((fingers.x * thumb.y - fingers.y * thumb.x > 0) != mirrored);
  }
}

TEST(hard_plates_show_either_hand_at_every_angle) {
  const Drawn drawn(child(Sex::female, 100), 0);
  const std::vector<int64_t> sizes{300};
  std::array<int, 4> quadrants{};
  int right_hands = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const View view = draw_plate_view(drawn.hand, drawn.flesh, sizes, stream(Purpose::view, i));
    EXPECT_EQUAL(std::max(view.width, view.height), 300);
    right_hands += view.mirrored ? 1 : 0;
    const Point fingers = view.pixel({0, 1}) - view.pixel({0, 0});
    ++quadrants[(fingers.x > 0 ? 1 : 0) + (fingers.y > 0 ? 2 : 0)];
  }
  EXPECT(right_hands > 50 && right_hands < 110);
  for (const int count : quadrants) EXPECT(count > 10);
}

TEST(the_mask_of_a_hard_plate_is_the_hand_as_far_as_it_can_be_seen) {
  const Drawn drawn(child(Sex::male, 120), 1);
  const std::vector<int64_t> sizes{300};
  int cut = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    const View view = draw_plate_view(drawn.hand, drawn.flesh, sizes, stream(Purpose::view, i));
    const Attenuation shadow = project(drawn.flesh, drawn.skeleton, view, stream(Purpose::texture, i));
    Plate plate = draw_plate(view, shadow.skin, stream(Purpose::plate, i));
    const std::vector<uint8_t> seen = visible_hand(plate, shadow.skin, view);
    Plate bare = plate;
    bare.field.reset();
    bare.sheet.reset();
    bare.is_cut_out = false;
    const std::vector<uint8_t> whole = visible_hand(bare, shadow.skin, view);
    std::vector<float> skin(view.width);
    for (int64_t y = 0; y < view.height; ++y) {
      shadow.skin.read_row(y, skin.data());
      for (int64_t x = 0; x < view.width; ++x) {
        const size_t at = y * view.width + x;
        EXPECT((whole[at] == 255) == (skin[x] > 0));
        EXPECT(whole[at] == 255 || seen[at] == 0);
        const Point here{static_cast<double>(x), static_cast<double>(y)};
        if (plate.field && signed_distance(*plate.field, here) < -1) EXPECT_EQUAL(seen[at], 0);
      }
    }
    cut += seen != whole ? 1 : 0;
  }
  EXPECT(cut > 3);
}
