// Tests the image chain on pictures small enough to compute by hand: rules that real pictures rarely reach,
// and every refusal. Agreement with the reference's numbers is tested in test/parity.
#include <cmath>
#include <thread>

#include "check.h"
#include "pictures.h"

using namespace deeplasia::test;

TEST(grey_of_colour_follows_the_decoders_formulas) {
  const Picture picture{2, 1, 3, {10, 200, 90, 255, 255, 255}};
  EXPECT_EQUAL(text(run(picture, plain(2, 1)).values), "130 255 ");  // 130.65, truncated
  EXPECT_EQUAL(text(run(picture, plain(2, 1), nullptr, false).values), "131 255 ");
}

TEST(grey_of_16_bit_colour_is_rounded) {
  const Picture picture = deep(2, 1, 3, {0, 1, 0, 1000, 50000, 7});  // 0.587 and 29648.7
  EXPECT_EQUAL(text(run(picture, plain(2, 1)).values), "1 29649 ");
}

TEST(depth_is_kept_or_cut) {
  const Picture picture = deep(2, 1, 1, {0x12FF, 0xFF00});
  Plan plan = plain(2, 1);
  EXPECT_EQUAL(text(run(picture, plan).values), "4863 65280 ");
  EXPECT_EQUAL(run(picture, plan).facts.full_scale, 65535.0F);
  plan.depth = Depth::eight_bit;
  EXPECT_EQUAL(text(run(picture, plan).values), "18 255 ");
  EXPECT_EQUAL(run(picture, plan).facts.full_scale, 255.0F);
}

TEST(deep_samples_may_lie_at_an_odd_address) {
  Picture picture = deep(2, 1, 1, {1000, 2000});
  picture.bytes.insert(picture.bytes.begin(), 0);
  RawPicture raw = picture.raw();
  ++raw.data;
  std::vector<float> out(2);
  run_chain(raw, nullptr, plain(2, 1), out.data());
  EXPECT_EQUAL(text(out), "1000 2000 ");
}

TEST(blank_pictures_are_refused) {
  EXPECT_EQUAL(error_code(grey(2, 2, {0, 0, 0, 0}), plain(2, 2)), "ERR_DEEPLASIA_IMAGE_BLANK");
  EXPECT_EQUAL(error_code(grey(2, 2, {7, 7, 7, 7}), plain(2, 2)), "ERR_DEEPLASIA_IMAGE_BLANK");
  EXPECT_EQUAL(error_code(grey(1, 1, {7}), plain(2, 2)), "ERR_DEEPLASIA_IMAGE_BLANK");
  EXPECT_EQUAL(error_code(grey(2, 2, {7, 7, 7, 8}), plain(2, 2)), "none");
}

TEST(masks_that_mark_nothing_or_another_size_are_refused) {
  const Picture picture = grey(3, 1, {0, 5, 9});
  const Picture black = grey(3, 1, {0, 0, 0}), tall = grey(1, 3, {1, 1, 1}), aside = grey(3, 1, {255, 0, 0});
  EXPECT_EQUAL(error_code(picture, plain(3, 1), &black), "ERR_DEEPLASIA_MASK_EMPTY");
  EXPECT_EQUAL(error_code(picture, plain(3, 1), &tall), "ERR_DEEPLASIA_MASK_SIZE");
  EXPECT_EQUAL(error_code(picture, plain(3, 1), &aside), "ERR_DEEPLASIA_MASK_EMPTY");
  Plan plan = plain(3, 1);
  plan.background = Background::percentile;
  EXPECT_EQUAL(error_code(picture, plan, &aside), "ERR_DEEPLASIA_MASK_EMPTY");
}

TEST(foreground_is_above_half_of_the_masks_maximum) {
  const Picture mask = grey(4, 1, {2, 3, 5, 0});  // 5 / 2 = 2
  EXPECT_EQUAL(text(run(grey(4, 1, {10, 20, 30, 40}), plain(4, 1), &mask).values), "0 20 30 0 ");
}

TEST(percentile_is_rounded_half_to_even_before_it_is_subtracted) {
  const Picture mask = grey(3, 1, {1, 1, 1});
  Plan plan = plain(3, 1);
  plan.background = Background::percentile;
  const Result low = run(grey(3, 1, {0, 2, 52}), plan, &mask);  // 2 + 0.01 * 50 = 2.5
  EXPECT_EQUAL(low.facts.percentile, 2.5);
  EXPECT_EQUAL(text(low.values), "0 0 50 ");
  const Result high = run(grey(3, 1, {0, 3, 53}), plan, &mask);  // 3.5
  EXPECT_EQUAL(text(high.values), "0 0 49 ");
  EXPECT(std::isnan(run(grey(3, 1, {0, 3, 53}), plain(3, 1), &mask).facts.percentile));
}

TEST(training_of_the_reference_subtracts_1_only_where_nearly_all_is_odd) {
  std::vector<uint8_t> values(1000, 101);
  values[0] = 50;  // 0.1 % even: the 1st percentile of the lowest bits is 1
  const Picture mask = grey(1000, 1, std::vector<uint8_t>(1000, 1));
  Plan plan = plain(1000, 1);
  plan.background = Background::reference_training;
  EXPECT_EQUAL(run(grey(1000, 1, values), plan, &mask).values[1], 100.0F);
  std::fill(values.begin(), values.begin() + 20, 50);
  EXPECT_EQUAL(run(grey(1000, 1, values), plan, &mask).values[999], 101.0F);
}

TEST(crop_is_an_even_window_padded_with_zeros) {
  const Picture picture = grey(3, 2, {1, 2, 3, 4, 5, 6}), mask = grey(3, 2, {0, 0, 1, 0, 0, 1});
  Plan plan = plain(4, 4);  // box 1x2 at (2, 0), centre (2, 1), side round(2 * 2.4) = 5 -> 4
  plan.mask_crop_size = 2.4;
  EXPECT_EQUAL(text(run(picture, plan, &mask).values), "0 0 0 0 0 0 3 0 0 0 6 0 0 0 0 0 ");
}

TEST(crops_of_no_pixel_or_of_unlimited_size_are_refused) {
  const Picture picture = grey(2, 2, {1, 2, 3, 4}), mask = grey(2, 2, {0, 0, 0, 1});
  Plan plan = plain(4, 4);
  plan.mask_crop_size = 1.15;  // one pixel: side 1 -> 0
  EXPECT_EQUAL(error_code(picture, plan, &mask), "ERR_DEEPLASIA_MASK_EMPTY");
  plan.mask_crop_size = 1e300;
  EXPECT_EQUAL(error_code(picture, plan, &mask), "ERR_DEEPLASIA_IMAGE_TOO_LARGE");
}

TEST(quarter_turn_is_exact_and_clockwise) {
  const Picture picture = grey(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  Plan plan = plain(3, 3);
  plan.rotation_angle = 90;
  EXPECT_EQUAL(text(run(picture, plan).values), "7 4 1 8 5 2 9 6 3 ");
  plan.flip = true;  // before the turn
  EXPECT_EQUAL(text(run(picture, plan).values), "9 6 3 8 5 2 7 4 1 ");
  EXPECT_EQUAL(text(run(deep(3, 3, 1, {1, 2, 3, 4, 5, 6, 7, 8, 900}), plan).values), "900 6 3 8 5 2 7 4 1 ");
}

TEST(a_long_strip_can_be_fitted_but_not_turned) {
  std::vector<uint8_t> values(40000, 1);
  values[0] = 2;
  Plan plan = plain(4, 4);
  plan.fit = Fit::pad;
  EXPECT_EQUAL(error_code(grey(40000, 1, values), plan), "ERR_DEEPLASIA_IMAGE_TOO_LARGE");  // 1.6 Gpx square
  plan.fit = Fit::centre_square;
  EXPECT_EQUAL(error_code(grey(40000, 1, values), plan), "none");
  plan.rotation_angle = 5;
  EXPECT_EQUAL(error_code(grey(40000, 1, values), plan), "ERR_DEEPLASIA_IMAGE_TOO_LARGE");
}

TEST(fits) {
  const Picture picture = grey(6, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  Plan plan = plain(2, 2);
  plan.fit = Fit::centre_square;  // the square starts at (6 - 2) / 2 - 1 = 1
  EXPECT_EQUAL(text(run(picture, plan).values), "2 3 8 9 ");
  EXPECT_EQUAL(text(run(grey(2, 1, {8, 9}), plan).values), "8 8 8 8 ");
  plan = plain(6, 6);
  plan.fit = Fit::pad;
  const std::vector<float> padded = run(picture, plan).values;
  EXPECT_EQUAL(text({padded.begin() + 6, padded.begin() + 18}), "0 0 0 0 0 0 1 2 3 4 5 6 ");
  EXPECT_EQUAL(text(run(picture, plain(6, 2)).values), "1 2 3 4 5 6 7 8 9 10 11 12 ");
}

TEST(means_of_blocks_round_as_opencv_does) {
  Plan plan = plain(1, 1);
  EXPECT_EQUAL(text(run(grey(2, 2, {0, 0, 1, 1}), plan).values), "1 ");  // 2x2: 0.5 goes up, linear too
  plan.resize = Resize::area;
  EXPECT_EQUAL(text(run(grey(2, 2, {0, 0, 1, 1}), plan).values), "1 ");
  EXPECT_EQUAL(text(run(grey(2, 1, {0, 1}), plan).values), "0 ");  // other blocks: half to even
  EXPECT_EQUAL(text(run(grey(2, 1, {1, 2}), plan).values), "2 ");
  EXPECT_EQUAL(text(run(deep(2, 1, 1, {1, 2}), plan).values), "1.5 ");
  EXPECT_EQUAL(text(run(grey(3, 1, {0, 90, 30}),
                        {1, 2, Depth::any, Background::none, -1, 0, false, 0, Fit::stretch, Resize::area})
                        .values),
               "30 50 ");  // cells of 1.5 pixels
}

TEST(equalisation_looks_up_the_cumulative_density) {
  Plan plan = plain(4, 1);
  plan.equalize_bins =
      2;  // levels 0 1 1 2, bins [1, 1.5) and [1.5, 2]: densities 2/3 and 1/3 over widths of a half
  const std::vector<float> values = run(grey(4, 1, {10, 15, 15, 20}), plan).values;
  EXPECT_EQUAL(values[0], 0.0F);
  EXPECT(std::abs(values[1] - 4.0F / 3) < 1e-6F);
  EXPECT(std::abs(values[3] - 2.0F) < 1e-6F);
}

TEST(a_constant_result_is_reported_not_thrown) {
  const Facts facts = run(grey(5, 1, {1, 2, 3, 4, 5}),
                          [] {
                            Plan plan = plain(2, 2);
                            plan.fit = Fit::centre_square;
                            return plan;
                          }())
                          .facts;
  EXPECT_EQUAL(facts.min, facts.max);
}

TEST(threads_do_not_disturb_each_other) {
  const Picture picture = noise(301, 203), mask = noise(301, 203);
  Plan plan{
      .height = 64,
      .width = 48,
      .depth = Depth::any,
      .background = Background::percentile,
      .mask_crop_size = 1.15,
      .equalize_bins = 0,
      .flip = true,
      .rotation_angle = 5,
      .fit = Fit::centre_square,
      .resize = Resize::linear,
  };
  const std::string expected = text(run(picture, plan, &mask).values);
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  for (std::string& result : results) {
    threads.emplace_back([&] { result = text(run(picture, plan, &mask).values); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT(result == expected);
}

TEST(every_mix_of_options_stays_inside_its_memory) {  // for the sanitizers
  const Picture picture = noise(37, 23), mask = noise(37, 23),
                wide = deep(29, 1, 1, std::vector<uint16_t>(29, 9));
  for (const Fit fit : {Fit::centre_square, Fit::stretch, Fit::pad}) {
    for (const Resize method : {Resize::linear, Resize::area}) {
      for (const double angle : {0.0, -10.0, 45.0, 133.0}) {
        for (const int64_t side : {1, 7, 23, 46, 90}) {
          for (const double crop : {-1.0, 0.3, 1.15, 3.0}) {
            const Plan plan{
                .height = side,
                .width = side + 1,
                .depth = Depth::any,
                .background = Background::percentile,
                .mask_crop_size = crop,
                .equalize_bins = side == 7 ? 16 : 0,
                .flip = side == 7,
                .rotation_angle = angle,
                .fit = fit,
                .resize = method,
            };
            const Result result = run(picture, plan, &mask);
            EXPECT(result.facts.min >= 0 && result.facts.max <= 255);
          }
        }
      }
    }
  }
  EXPECT_EQUAL(error_code(wide, plain(3, 3)), "ERR_DEEPLASIA_IMAGE_BLANK");
}
