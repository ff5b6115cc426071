// Which part of a map of probabilities is taken for the hand.
#include "mask/find_hand.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "check.h"
#include "failures.h"
#include "image/target.h"
#include "json.h"
#include "mask/regions.h"
#include "parity.h"
#include "pictures.h"

using namespace deeplasia::test;
using namespace deeplasia::mask;

namespace {

constexpr Thresholds kReference{0.25, 0.99};

std::string service_path(const std::string& name) {
  return std::string(DEEPLASIA_FIXTURES "/parity/service/") + name;
}

// Rows of text: `#` is 0.5, `!` 0.995, anything else 0.
std::vector<float> drawn(const std::vector<std::string>& rows) {
  std::vector<float> values;
  for (const std::string& row : rows)
    for (const char pixel : row) values.push_back(pixel == '#' ? 0.5F : pixel == '!' ? 0.995F : 0.0F);
  return values;
}

std::string chosen(const std::vector<std::string>& rows) {
  const auto width = static_cast<int64_t>(rows[0].size()), height = static_cast<int64_t>(rows.size());
  const std::vector<uint8_t> mask = choose_hand(drawn(rows), width, height, kReference);
  if (mask.empty()) return "none";
  std::string text;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (i > 0 && static_cast<int64_t>(i) % width == 0) text += '/';
    text += mask[i] == 255 ? '#' : '.';
  }
  return text;
}

// Inside the line through the centres of a filled region's outer pixels lie 2 triangles of each square of
// four lit pixels, and 1 where three are lit.
int64_t triangles(const std::vector<uint8_t>& mask, int64_t width, int64_t height) {
  int64_t count = 0;
  for (int64_t y = 0; y + 1 < height; ++y)
    for (int64_t x = 0; x + 1 < width; ++x) {
      const auto lit = [&](int64_t dx, int64_t dy) { return mask[(y + dy) * width + x + dx] != 0 ? 1 : 0; };
      count += std::max(0, lit(0, 0) + lit(1, 0) + lit(0, 1) + lit(1, 1) - 2);
    }
  return count;
}

}  // namespace

TEST(hands_are_chosen_as_the_reference_s_service_chooses_them) {
  const Json cases = Json::read(service_path("hand_cases.json"));
  const at::Tensor all = read_npy(service_path("hand_probability_6x96x96.npy"));
  for (const Json& entry : cases.items()) {
    const at::Tensor map = all[entry["index"].integer()].contiguous();
    const auto hand = find_hand(map.const_data_ptr<float>(), 96, 96, 96, kReference);
    EXPECT_EQUAL(hand.has_value(), !entry.has("error"));
    if (hand) EXPECT_EQUAL(hand->area, entry["pixels"].integer());
  }
}

TEST(the_largest_region_that_is_sure_is_the_hand) {
  EXPECT_EQUAL(chosen({"###..", "###..", "###.!"}), "...../...../....#");
  EXPECT_EQUAL(chosen({"###..", "#!#..", "###.!"}), "###../###../###..");
  EXPECT_EQUAL(chosen({"###..", "###..", "###.#"}), "###../###../###..");
  EXPECT_EQUAL(chosen({"....", "...."}), "none");
}

TEST(holes_are_filled_and_diagonals_connect) {
  EXPECT_EQUAL(chosen({"####", "#..#", "####", "...."}), "####/####/####/....");
  EXPECT_EQUAL(chosen({"#...", ".#..", "..#."}), "#.../.#../..#.");
  // A ring of diagonals encloses its middle.
  EXPECT_EQUAL(chosen({".#.", "#.#", ".#."}), ".#./###/.#.");
  // What lies in a hole belongs to what is round it, and makes it sure.
  EXPECT_EQUAL(chosen({"#####", "#...#", "#.!.#", "#...#", "#####"}), "#####/#####/#####/#####/#####");
}

TEST(a_ring_is_as_large_as_what_it_encloses) {
  // 16 pixels round 9 empty ones against a block of 20.
  EXPECT_EQUAL(chosen({"#####.....", "#...#.####", "#...#.####", "#...#.####", "#####.####"}),
               "#####...../#####...../#####...../#####...../#####.....");
}

TEST(areas_of_random_regions_are_those_of_their_triangles) {
  uint64_t random = 1;
  for (int round = 0; round < 300; ++round) {
    const int64_t width = 3 + round % 14, height = 3 + round % 11;
    std::vector<uint8_t> foreground(static_cast<size_t>(width * height));
    for (uint8_t& pixel : foreground)
      pixel = splitmix64(random++) % 100 < static_cast<uint64_t>(35 + round % 40) ? 1 : 0;
    const Regions regions = find_regions(foreground, width, height);
    int64_t pixels = 0;
    for (const Region& region : regions.all) {
      EXPECT_EQUAL(region.twice_area, triangles(filled(regions, region), width, height));
      pixels += std::count(regions.labels.begin(), regions.labels.end(), region.label);
    }
    EXPECT_EQUAL(pixels, std::count(foreground.begin(), foreground.end(), 1));
  }
}

TEST(a_mask_has_the_picture_s_shape_again) {
  // The picture stood in the middle of a square; half of the map is the hand.
  std::vector<float> map(16 * 16, 0.0F);
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 8; ++x) map[y * 16 + x] = 1;
  const auto tall = find_hand(map.data(), 16, 20, 40, kReference);
  EXPECT(tall.has_value());
  EXPECT_EQUAL(tall->pixels.size(), 800U);
  EXPECT_EQUAL(tall->box.top, 0);
  EXPECT_EQUAL(tall->box.bottom, 40);
  EXPECT_EQUAL(tall->box.left, 0);
  EXPECT(std::abs(tall->box.right - 10) <= 1);
  const auto wide = find_hand(map.data(), 16, 40, 20, kReference);
  EXPECT(std::abs(wide->box.right - 20) <= 1);
  EXPECT_EQUAL(wide->area, wide->box.width() * wide->box.height());
  EXPECT(wide->confidence > 0.9);
}

TEST(a_choice_outside_of_the_picture_is_no_hand) {
  // The picture is the middle third of the square; what is sure lies left of it.
  std::vector<float> map(30 * 30, 0.0F);
  for (int64_t y = 5; y < 9; ++y)
    for (int64_t x = 2; x < 6; ++x) map[y * 30 + x] = 1;
  map[15 * 30 + 15] = 0.5F;
  EXPECT(!find_hand(map.data(), 30, 10, 30, kReference).has_value());
}

// The picture is its own mask: wherever the chain leaves the hand, the target must mark it.
TEST(targets_follow_the_picture_through_every_rotation) {
  std::vector<uint8_t> values(40 * 90);
  for (int64_t y = 4; y < 86; ++y)
    for (int64_t x = 8; x < 34; ++x) values[y * 40 + x] = 200;
  values[0] = 10;
  const Picture picture = grey(40, 90, values);
  for (const bool one_pass : {false, true})
    for (double angle = -180; angle <= 180; angle += 45) {
      Plan plan{
          .height = 96,
          .width = 96,
          .depth = Depth::eight_bit,
          .background = Background::none,
          .mask_crop_size = -1,
          .equalize_bins = 0,
          .flip = angle > 0,
          .rotation_angle = angle,
          .fit = Fit::pad,
          .resize = Resize::linear,
      };
      plan.augmentation = Augmentation{one_pass, 1.1, 0.9, 0.05, -0.1, 3, -2, {}, {}, {}};
      std::vector<float> seen(96 * 96), target(96 * 96);
      run_chain(picture.raw(), nullptr, plan, seen.data());
      draw_target(picture.raw(), 40, 90, plan, target.data());
      double both = 0, either = 0;
      for (size_t i = 0; i < seen.size(); ++i) {
        const bool is_hand = seen[i] > 100, is_marked = target[i] == 1;
        both += is_hand && is_marked ? 1 : 0;
        either += is_hand || is_marked ? 1 : 0;
      }
      // In separate steps an upright hand that is laid down leaves its canvas, and only a part is seen.
      EXPECT(either > (one_pass ? 1500 : 400));
      EXPECT(both > 0.93 * either);
    }
}

TEST(a_target_needs_a_mask_of_the_picture_s_size_with_a_hand) {
  const Plan plan{
      .height = 16,
      .width = 16,
      .depth = Depth::eight_bit,
      .background = Background::none,
      .mask_crop_size = -1,
      .equalize_bins = 0,
      .flip = false,
      .rotation_angle = 0,
      .fit = Fit::pad,
      .resize = Resize::linear,
  };
  std::vector<float> target(16 * 16);
  const Picture lit = grey(20, 10, std::vector<uint8_t>(200, 1)),
                black = grey(20, 10, std::vector<uint8_t>(200));
  EXPECT_EQUAL(failure([&] { draw_target(lit.raw(), 10, 20, plan, target.data()); }),
               "ERR_DEEPLASIA_MASK_SIZE: the mask has 20x10 pixels and the picture 10x20; the two sizes must "
               "be equal");
  EXPECT_EQUAL(failure([&] { draw_target(black.raw(), 20, 10, plan, target.data()); }),
               "ERR_DEEPLASIA_MASK_EMPTY: the mask is all black: it marks no hand");
}

TEST(targets_follow_the_picture_s_geometry) {
  // A picture that is its own mask: what the chain makes of it and the target must agree but at edges.
  std::vector<uint8_t> values(60 * 80);
  for (int64_t y = 20; y < 60; ++y)
    for (int64_t x = 10; x < 35; ++x) values[y * 60 + x] = 200;
  values[0] = 10;
  const Picture picture = grey(60, 80, values);
  for (const bool flip : {false, true}) {
    Plan plan{
        .height = 64,
        .width = 64,
        .depth = Depth::eight_bit,
        .background = Background::none,
        .mask_crop_size = -1,
        .equalize_bins = 0,
        .flip = flip,
        .rotation_angle = 25,
        .fit = Fit::pad,
        .resize = Resize::linear,
    };
    plan.augmentation = Augmentation{true, 1.2, 0.9, 0.1, -0.05, 4, -3, {}, {}, {}};
    std::vector<float> seen(64 * 64), target(64 * 64);
    run_chain(picture.raw(), nullptr, plan, seen.data());
    draw_target(picture.raw(), 60, 80, plan, target.data());
    int64_t wrong = 0, lit = 0;
    for (size_t i = 0; i < seen.size(); ++i) {
      lit += target[i] == 1 ? 1 : 0;
      // Bilinear greys above half are the mask's but within a pixel of its edge.
      wrong += (seen[i] > 100) != (target[i] == 1) ? 1 : 0;
    }
    EXPECT(lit > 400);
    EXPECT(wrong <= 12);
  }
}
