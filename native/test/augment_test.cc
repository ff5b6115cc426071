// Tests training augmentation: results on pictures small enough to compute by hand, its properties, and every
// refusal. Agreement with the reference's numbers is tested in test/parity.
#include <thread>

#include "check.h"
#include "pictures.h"

using namespace deeplasia::test;

namespace {

/// An augmentation that changes nothing.
constexpr Augmentation kUnchanged{false, 1, 1, 0, 0, 0, 0, {}, {}, {}};

Plan augmented(Plan plan, const Augmentation& augmentation) {
  plan.augmentation = augmentation;
  return plan;
}

/// Returns an augmentation with all that can be drawn for an 8-bit picture.
Augmentation everything(bool one_pass) {
  return {
      .one_pass = one_pass,
      .scale_x = 0.9,
      .scale_y = 1.2,
      .translate_x = 0.1,
      .translate_y = -0.2,
      .shear_x = 7,
      .shear_y = -9,
      .sharpening = Augmentation::Sharpening{.alpha = 0.6, .lightness = 0.7},
      .clahe_clip_limit = 2,
      .gamma_percent = {},
  };
}

std::string values(const Picture& picture, const Plan& plan, const Picture* mask = nullptr) {
  return text(run(picture, plan, mask).values);
}

}  // namespace

TEST(augmentation_that_changes_nothing_is_the_chain_of_inference) {
  const Picture picture = noise(61, 47), mask = noise(61, 47);
  for (const Fit fit : {Fit::centre_square, Fit::stretch, Fit::pad}) {
    for (const double angle : {0.0, -7.5, 30.0}) {
      for (const bool flip : {false, true}) {
        const Plan plan{
            .height = 32,
            .width = 24,
            .depth = Depth::any,
            .background = Background::percentile,
            .mask_crop_size = 1.15,
            .equalize_bins = 0,
            .flip = flip,
            .rotation_angle = angle,
            .fit = fit,
            .resize = Resize::linear,
        };
        EXPECT(values(picture, augmented(plan, kUnchanged), &mask) == values(picture, plan, &mask));
      }
    }
  }
}

TEST(one_sampling_is_the_chain_where_nothing_is_resized_or_mirrored) {
  const Picture picture = noise(61, 47);
  for (const double angle : {0.0, -7.5, 30.0}) {
    Augmentation moved = everything(false);
    moved.sharpening.reset();
    Plan plan = plain(61, 47);
    plan.rotation_angle = angle;
    const std::string chain = values(picture, augmented(plan, moved));
    moved.one_pass = true;
    EXPECT(values(picture, augmented(plan, moved)) == chain);
  }
}

TEST(one_sampling_mirrors_crops_and_shifts_as_the_chain_does) {
  // Whole pixels only, so that nothing is interpolated: the square of columns 2 ... 5, mirrored and shifted.
  const Picture picture = noise(8, 4);
  Plan plan = plain(4, 4);
  plan.fit = Fit::centre_square;
  plan.flip = true;
  Augmentation moved = kUnchanged;
  moved.translate_x = 0.25;
  moved.translate_y = -0.25;
  const std::string chain = values(picture, augmented(plan, moved));
  moved.one_pass = true;
  EXPECT_EQUAL(values(picture, augmented(plan, moved)), chain);
}

TEST(a_scale_above_1_makes_the_picture_larger) {
  Augmentation doubled = kUnchanged;
  doubled.scale_x = 2;
  EXPECT_EQUAL(values(grey(5, 1, {0, 0, 100, 0, 0}), augmented(plain(5, 1), doubled)), "0 50 100 50 0 ");
}

TEST(translation_is_a_fraction_of_the_side) {
  Augmentation shifted = kUnchanged;
  shifted.translate_x = 0.4;  // two pixels to the right
  EXPECT_EQUAL(values(grey(5, 1, {1, 2, 3, 4, 5}), augmented(plain(5, 1), shifted)), "0 0 1 2 3 ");
  shifted.translate_x = 5;  // outside the picture
  EXPECT_EQUAL(values(grey(5, 1, {1, 2, 3, 4, 5}), augmented(plain(5, 1), shifted)), "0 0 0 0 0 ");
}

TEST(a_picture_of_no_size_is_black) {
  Augmentation flat = kUnchanged;
  flat.scale_x = 0;
  for (const bool one_pass : {false, true}) {
    flat.one_pass = one_pass;
    EXPECT(run(noise(9, 9), augmented(plain(9, 9), flat)).facts.min >= 0);
  }
}

TEST(sharpening_mirrors_at_the_border_and_clamps) {
  Augmentation sharp = kUnchanged;
  sharp.sharpening = {0.5, 1};  // middle 0.5 + 0.5 * 9 = 5, around -0.5
  // The rows above and below a single row are the row itself. The 3x3 sum at the first pixel of [10, 20, 30]
  // is 3 * (20 + 10 + 20). First: 5 * 10 - 0.5 * (3 * 50 - 10) = -20; second: 100 - 0.5 * (180 - 20) = 20;
  // third: 150 - 0.5
  // * (210 - 30).
  EXPECT_EQUAL(values(grey(3, 1, {10, 20, 30}), augmented(plain(3, 1), sharp)), "0 20 60 ");
  EXPECT_EQUAL(values(grey(3, 1, {90, 20, 255}), augmented(plain(3, 1), sharp)), "255 0 255 ");
  EXPECT_EQUAL(values(deep(3, 1, 1, {10, 20, 30}), augmented(plain(3, 1), sharp)), "-20 20 60 ");
}

TEST(sharpening_rounds_halves_to_even) {
  Augmentation sharp = kUnchanged;
  sharp.sharpening = {0.5, 0.5};  // middle 4.75, around -0.5: a flat part becomes 0.75 of itself, 1.5 and 4.5
  EXPECT_EQUAL(values(grey(8, 1, {2, 2, 2, 2, 6, 6, 6, 6}), augmented(plain(8, 1), sharp)),
               "2 2 2 0 10 4 4 4 ");
}

TEST(gamma_of_1_is_the_references_table_and_not_the_identity) {
  Augmentation gamma = kUnchanged;
  gamma.gamma_percent = 100;
  EXPECT_EQUAL(values(grey(4, 1, {32, 33, 244, 255}), augmented(plain(4, 1), gamma)), "32 32 243 255 ");
  gamma.gamma_percent = 200;
  EXPECT_EQUAL(values(grey(3, 1, {0, 128, 255}), augmented(plain(3, 1), gamma)), "0 64 255 ");
  EXPECT_EQUAL(values(deep(3, 1, 1, {0, 3, 12}), augmented(plain(3, 1), gamma)), "0 9 144 ");
}

TEST(clahe_makes_tiles_of_one_pixel_white) {
  // 64 tiles of one pixel, each with a limit of 1: the tile's table is 255 from its level on.
  std::vector<uint8_t> levels(64, 7);
  levels[0] = 9;
  Augmentation drawn = kUnchanged;
  drawn.clahe_clip_limit = 2;
  const std::vector<float> result = run(grey(8, 8, levels), augmented(plain(8, 8), drawn)).values;
  EXPECT_EQUAL(result[0], 255.0F);
  EXPECT_EQUAL(result[63], 255.0F);
}

TEST(clahe_is_for_8_bits) {
  Augmentation drawn = kUnchanged;
  drawn.clahe_clip_limit = 2;
  std::vector<uint16_t> levels(81, 9000);
  levels[0] = 1;
  Plan plan = augmented(plain(9, 9), drawn);
  EXPECT_EQUAL(error_code(deep(9, 9, 1, levels), plan), "ERR_DEEPLASIA_OPTION");
  plan.depth = Depth::eight_bit;
  EXPECT_EQUAL(error_code(deep(9, 9, 1, levels), plan), "none");
  plan.equalize_bins = 16;
  EXPECT_EQUAL(error_code(noise(9, 9), plan), "ERR_DEEPLASIA_OPTION");
}

TEST(a_long_strip_cannot_be_sampled) {
  std::vector<uint8_t> levels(40000, 1);
  levels[0] = 2;
  Augmentation drawn = kUnchanged;
  drawn.one_pass = true;
  EXPECT_EQUAL(error_code(grey(40000, 1, levels), augmented(plain(4, 4), drawn)),
               "ERR_DEEPLASIA_IMAGE_TOO_LARGE");
}

TEST(threads_do_not_disturb_each_others_augmentation) {
  const Picture picture = noise(301, 203);
  for (const bool one_pass : {false, true}) {
    const Plan plan = augmented(plain(64, 48), everything(one_pass));
    const std::string expected = values(picture, plan);
    std::vector<std::string> results(4);
    std::vector<std::thread> threads;
    for (std::string& result : results) threads.emplace_back([&] { result = values(picture, plan); });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& result : results) EXPECT(result == expected);
  }
}

TEST(every_augmentation_stays_inside_its_memory) {  // for the sanitizers
  for (const auto& [width, height] : {std::pair{1, 2}, {2, 1}, {3, 40}, {64, 65}, {131, 7}}) {
    const Picture picture = noise(width, height);
    for (const bool one_pass : {false, true}) {
      for (const double angle : {0.0, -30.0, 179.0}) {
        for (const Fit fit : {Fit::centre_square, Fit::stretch, Fit::pad}) {
          for (const int64_t side : {1, 8, 9, 24, 90}) {
            const Plan plan{
                .height = side,
                .width = side + 1,
                .depth = Depth::any,
                .background = Background::none,
                .mask_crop_size = -1,
                .equalize_bins = 0,
                .flip = true,
                .rotation_angle = angle,
                .fit = fit,
                .resize = Resize::linear,
            };
            const Result result = run(picture, augmented(plan, everything(one_pass)));
            EXPECT(result.facts.min >= 0 && result.facts.max <= 255);
          }
        }
      }
    }
  }
}
