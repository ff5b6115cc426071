// Tests that synthetic radiographs are reproducible, and that their anatomy is as documented.
#include "phantom/phantom.h"

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "check.h"
#include "phantom/attenuation.h"
#include "phantom/distance.h"
#include "phantom/hand_mask.h"
#include "phantom/outline.h"
#include "phantom/plate.h"

using namespace deeplasia::phantom;

namespace {

constexpr SubjectRange kAnyone{0.5, 4, 222};

Request request(uint64_t index, Depth depth = Depth::eight_bit) { return {7, index, kAnyone, {300}, depth}; }

Random stream(Purpose purpose, uint64_t index = 0) { return {7, index, purpose}; }

Subject child(Sex sex, double months) {
  return draw_subject({sex == Sex::male ? 1.0 : 0.0, months, months}, stream(Purpose::subject));
}

// One hand before its projection. All ages use the same random streams, so that only the age differs.
struct Drawn {
  Maturity maturity;
  Hand hand;
  Flesh flesh;
  Skeleton skeleton;

  Drawn(const Subject& subject, uint64_t index)
      : maturity(draw_maturity(subject, stream(Purpose::maturity, index))),
        hand(draw_hand(subject, stream(Purpose::proportions, index), stream(Purpose::pose, index))),
        flesh(build_flesh(hand, stream(Purpose::flesh, index))),
        skeleton(build_skeleton(hand, maturity, stream(Purpose::bones, index))) {}
};

double carpal_growth(const Maturity& maturity) {
  double sum = 0;
  for (size_t centre = 0; centre < kCarpals; ++centre)
    if (maturity.is_ossified(centre)) sum += read(kCarpalGrowth, maturity.growth[centre]);
  return sum;
}

}  // namespace

TEST(a_phantom_is_a_function_of_its_request) {
  std::vector<Phantom> forwards, backwards(4);
  for (uint64_t i = 0; i < 4; ++i) forwards.push_back(draw(request(i)));
  std::vector<std::thread> threads;
  for (int i = 3; i >= 0; --i) threads.emplace_back([&, i] { backwards[i] = draw(request(i)); });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 4; ++i) {
    EXPECT(forwards[i].image == backwards[i].image);
    EXPECT(forwards[i].mask == backwards[i].mask);
    EXPECT_EQUAL(forwards[i].subject.bone_age_months, backwards[i].subject.bone_age_months);
  }
  EXPECT(forwards[0].image != forwards[1].image);
  Request other = request(0);
  other.seed = 8;
  EXPECT(draw(other).image != forwards[0].image);
}

TEST(every_purpose_has_numbers_of_its_own) {
  std::set<uint64_t> seen;
  for (uint64_t seed = 0; seed < 4; ++seed)
    for (uint64_t index = 0; index < 4; ++index)
      for (const Purpose purpose : {Purpose::subject, Purpose::maturity, Purpose::noise})
        for (Random random(seed, index, purpose); int i : {0, 1, 2}) {
          (void)i;
          seen.insert(random.bits());
        }
  EXPECT_EQUAL(seen.size(), 4U * 4 * 3 * 3);
}

TEST(pictures_have_the_size_and_depth_asked_for) {
  for (uint64_t i = 0; i < 8; ++i) {
    const Request wanted{3, i, kAnyone, {200, 260}, Depth::mixed};
    const Phantom drawn = draw(wanted);
    const int64_t longer = std::max(drawn.width, drawn.height);
    EXPECT(longer == 200 || longer == 260);
    EXPECT(std::min(drawn.width, drawn.height) >= longer / 2);
    EXPECT_EQUAL(drawn.image.size(), static_cast<size_t>(drawn.width * drawn.height * drawn.depth / 8));
    EXPECT_EQUAL(drawn.mask.size(), static_cast<size_t>(drawn.width * drawn.height));
    EXPECT(drawn.pixel_mm > 0.1 && drawn.pixel_mm < 3);
  }
}

TEST(sixteen_bits_are_used_and_agree_with_eight) {
  const Phantom deep = draw(request(5, Depth::sixteen_bit)), flat = draw(request(5));
  std::set<int> grey_levels;
  int worst = 0;
  for (size_t i = 0; i < flat.image.size(); ++i) {
    const int sample = deep.image[2 * i] | deep.image[2 * i + 1] << 8;
    grey_levels.insert(sample);
    worst = std::max(worst, std::abs(sample - 257 * flat.image[i]));
  }
  EXPECT(grey_levels.size() > 2000);
  EXPECT(worst <= 129);
}

TEST(the_mask_is_the_hand) {
  for (uint64_t i = 0; i < 20; ++i) {
    const Subject subject = draw_subject(kAnyone, stream(Purpose::subject, i));
    const Drawn drawn(subject, i);
    const int64_t sizes[] = {400};
    const View view = draw_view(drawn.hand, drawn.flesh, sizes, stream(Purpose::view, i));
    const Attenuation shadow = project(drawn.flesh, drawn.skeleton, view, stream(Purpose::texture, i));
    const auto mask = draw_mask(shadow, view, stream(Purpose::mask, i));
    int64_t deep = 0, missed = 0, outside = 0, lit_outside = 0;
    for (int64_t y = 0; y < view.height; ++y)
      for (int64_t x = 0; x < view.width; ++x) {
        const double inside = drawn.flesh.inside(view.hand({static_cast<double>(x), static_cast<double>(y)}));
        const bool is_marked = mask[y * view.width + x] != 0;
        if (inside > 0.025) {
          ++deep;
          missed += !is_marked;
        } else if (inside < -0.035) {
          // Bone and soft tissue end at the skin: beyond it there is only film.
          outside += is_marked;
          lit_outside += shadow.total.row(y)[x] != 0;
        }
      }
    EXPECT(deep > view.width * view.height / 10);
    EXPECT_EQUAL(missed, 0);
    EXPECT_EQUAL(outside, 0);
    EXPECT_EQUAL(lit_outside, 0);
  }
}

TEST(bones_lie_in_the_flesh) {
  for (uint64_t i = 0; i < 200; ++i) {
    const Subject subject = draw_subject(kAnyone, stream(Purpose::subject, i));
    const Drawn drawn(subject, i);
    double worst = 1;
    for (const Bone& bone : drawn.skeleton.bones)
      for (const Point p : bone.outline)
        if (p.y > -drawn.hand.carpus_length - 0.3) worst = std::min(worst, drawn.flesh.inside(p));
    EXPECT(worst > 0);
  }
}

TEST(hands_mature_with_age) {
  for (const Sex sex : {Sex::female, Sex::male}) {
    for (uint64_t i = 0; i < 10; ++i) {
      double growth = 0, fusion = 0;
      int ossified = 0;
      for (double months = 4; months <= 264; months += 4) {
        const Maturity now = draw_maturity(child(sex, months), stream(Purpose::maturity, i));
        double fused = 0;
        for (const double share : now.fusion) fused += share;
        EXPECT(carpal_growth(now) >= growth);
        EXPECT(fused >= fusion);
        EXPECT(now.ossified_epiphyses() >= ossified);
        growth = carpal_growth(now);
        fusion = fused;
        ossified = now.ossified_epiphyses();
      }
      // In adults every carpal is complete and no growth plate is left.
      const Maturity grown = draw_maturity(child(sex, 264), stream(Purpose::maturity, i));
      EXPECT_EQUAL(grown.ossified_carpals(), 8);
      EXPECT_EQUAL(grown.ossified_epiphyses(), 21);
      EXPECT_EQUAL(grown.fused_epiphyses(), 21);
      EXPECT_EQUAL(draw_maturity(child(sex, 4), stream(Purpose::maturity, i)).fused_epiphyses(), 0);
    }
  }
}

TEST(girls_are_ahead_of_boys) {
  for (const double months : {12.0, 36.0, 60.0, 96.0, 132.0, 168.0, 192.0}) {
    for (uint64_t i = 0; i < 10; ++i) {
      const Maturity girl = draw_maturity(child(Sex::female, months), stream(Purpose::maturity, i));
      const Maturity boy = draw_maturity(child(Sex::male, months), stream(Purpose::maturity, i));
      EXPECT(girl.ossified_carpals() >= boy.ossified_carpals());
      EXPECT(girl.ossified_epiphyses() >= boy.ossified_epiphyses());
      for (size_t centre = 0; centre < kCentres; ++centre) EXPECT(girl.fusion[centre] >= boy.fusion[centre]);
    }
  }
}

TEST(milestones_are_those_of_the_literature) {
  // By the medians, the capitate is visible at 8 months, and the pisiform is not at 5 years. In a boy of 18
  // years only the wrist is still to close, in a girl of that age nothing.
  const auto share = [](Sex sex, double months, auto is_true) {
    int count = 0;
    for (uint64_t i = 0; i < 200; ++i)
      count += is_true(draw_maturity(child(sex, months), stream(Purpose::maturity, i)));
    return count / 200.0;
  };
  EXPECT(share(Sex::male, 8, [](const Maturity& m) { return m.is_ossified(kCapitate); }) > 0.95);
  EXPECT(share(Sex::female, 60, [](const Maturity& m) { return m.is_ossified(kPisiform); }) < 0.02);
  const double lunate = share(Sex::male, 49, [](const Maturity& m) { return m.is_ossified(kLunate); });
  EXPECT(lunate > 0.3 && lunate < 0.7);
  EXPECT(share(Sex::male, 216, [](const Maturity& m) { return m.fusion[epiphysis(kDistal, 2)] == 1; }) >
         0.95);
  EXPECT(share(Sex::male, 204, [](const Maturity& m) { return m.fusion[kRadius] < 1; }) > 0.9);
  EXPECT(share(Sex::female, 220, [](const Maturity& m) { return m.fusion[kRadius] == 1; }) > 0.9);
}

TEST(a_hard_phantom_is_a_function_of_its_request) {
  Request hard = request(3);
  hard.hard = true;
  const Phantom once = draw(hard), again = draw(hard);
  EXPECT(once.image == again.image && once.mask == again.mask);
  EXPECT(once.image != draw(request(3)).image);
  EXPECT_EQUAL(once.subject.bone_age_months, draw(request(3)).subject.bone_age_months);
}

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
