// Tests that synthetic radiographs are reproducible, and have the size, depth and mask that they state.
#include "phantom/phantom.h"

#include <algorithm>
#include <set>
#include <thread>

#include "check.h"
#include "phantom/attenuation.h"
#include "phantom/hand_mask.h"
#include "phantoms.h"

using namespace deeplasia::test;

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

TEST(a_hard_phantom_is_a_function_of_its_request) {
  Request hard = request(3);
  hard.hard = true;
  const Phantom once = draw(hard), again = draw(hard);
  EXPECT(once.image == again.image && once.mask == again.mask);
  EXPECT(once.image != draw(request(3)).image);
  EXPECT_EQUAL(once.subject.bone_age_months, draw(request(3)).subject.bone_age_months);
}
