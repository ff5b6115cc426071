// Tests the normalisation of filled slots against values computed by hand.
#include "inference/batch.h"

#include <c10/core/InferenceMode.h>

#include <cmath>

#include "check.h"
#include "failures.h"
#include "pictures.h"

using namespace deeplasia::test;
using deeplasia::inference::Batch;
using deeplasia::inference::Normalisation;
using Method = Normalisation::Method;

namespace {

/// Returns a batch of 2x2 pictures, one per slot.
Batch filled(const std::vector<Picture>& pictures) {
  Batch batch(static_cast<int64_t>(pictures.size()), 2, 2);
  for (size_t i = 0; i < pictures.size(); ++i)
    batch.fill(static_cast<int64_t>(i), pictures[i].raw(), nullptr, plain(2, 2));
  return batch;
}

std::vector<float> gathered(const Batch& batch, const std::vector<int64_t>& slots, int64_t channels,
                            const Normalisation& how) {
  const c10::InferenceMode inference;
  const at::Tensor x = batch.gather(slots, channels, how, c10::kCPU);
  EXPECT_EQUAL(x.sizes(), at::IntArrayRef({static_cast<int64_t>(slots.size()), channels, 2, 2}));
  EXPECT(x.is_contiguous());
  return {x.const_data_ptr<float>(), x.const_data_ptr<float>() + x.numel()};
}

void check_near(const std::vector<float>& actual, const std::vector<double>& expected) {
  EXPECT_EQUAL(actual.size(), expected.size());
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i)
    if (std::abs(actual[i] - expected[i]) > 1e-6) EXPECT_EQUAL(actual[i], expected[i]);
}

}  // namespace

TEST(zscore_divides_by_the_unbiased_deviation) {
  const Batch batch = filled({grey(2, 2, {0, 1, 2, 5})});  // mean 2; squares 4 + 1 + 0 + 9 = 14, divided by 3
  const double sd = std::sqrt(14.0 / 3);
  check_near(gathered(batch, {0}, 1, {Method::zscore, {}, {}}), {-2 / sd, -1 / sd, 0, 3 / sd});
}

TEST(interval_takes_each_picture_to_0_and_1) {
  const Batch batch = filled({grey(2, 2, {10, 20, 30, 110}), grey(2, 2, {0, 1, 1, 2})});
  check_near(gathered(batch, {0, 1}, 1, {Method::interval, {}, {}}), {0, 0.1, 0.2, 1, 0, 0.5, 0.5, 1});
}

TEST(none_keeps_grey_values_and_repeats_them_per_channel) {
  const Batch batch = filled({grey(2, 2, {0, 1, 2, 5})});
  check_near(gathered(batch, {0}, 3, {Method::none, {}, {}}), {0, 1, 2, 5, 0, 1, 2, 5, 0, 1, 2, 5});
}

TEST(fixed_divides_by_white_of_the_picture_s_own_depth) {
  const Batch batch = filled({grey(2, 2, {0, 51, 102, 255}), deep(2, 2, 1, {0, 13107, 26214, 65535})});
  const std::vector<double> expected{-2, -1.2, -0.4, 2, -2, -1.2, -0.4, 2};
  check_near(gathered(batch, {0, 1}, 1, {Method::fixed, {0.5}, {0.25}}), expected);
}

TEST(fixed_has_constants_for_each_channel_or_one_for_all) {
  const Batch batch = filled({grey(2, 2, {0, 51, 102, 255})});
  check_near(gathered(batch, {0}, 3, {Method::fixed, {0.1, 0.2, 0.3}, {0.5, 1, 0.25}}),
             {-0.2, 0.2, 0.6, 1.8, -0.2, 0, 0.2, 0.8, -1.2, -0.4, 0.4, 2.8});
  check_near(gathered(batch, {0}, 3, {Method::fixed, {0.5}, {0.25}}),
             {-2, -1.2, -0.4, 2, -2, -1.2, -0.4, 2, -2, -1.2, -0.4, 2});
}

TEST(slots_come_in_the_order_asked_for) {
  const Batch batch = filled({grey(2, 2, {1, 0, 0, 0}), grey(2, 2, {2, 0, 0, 0}), grey(2, 2, {3, 0, 0, 0})});
  check_near(gathered(batch, {2, 0, 2}, 1, {Method::none, {}, {}}), {3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0});
}

TEST(reading_changes_nothing) {
  const Batch batch = filled({grey(2, 2, {0, 1, 2, 5})});
  gathered(batch, {0}, 1, {Method::zscore, {}, {}});
  gathered(batch, {0}, 1, {Method::fixed, {0.5}, {0.25}});
  check_near(gathered(batch, {0}, 1, {Method::none, {}, {}}), {0, 1, 2, 5});
}

TEST(slots_and_plans_that_do_not_fit_are_refused) {
  Batch batch(2, 2, 2);
  const Picture picture = noise(4, 4);
  const auto fill = [&](int64_t slot, const Plan& plan) {
    return failure([&] { batch.fill(slot, picture.raw(), nullptr, plan); });
  };
  const std::string wrong_plan = "ERR_DEEPLASIA_INTERNAL: the picture's plan does not fit the batch";
  EXPECT_EQUAL(fill(1, plain(2, 2)), "none");
  EXPECT_EQUAL(fill(-1, plain(2, 2)), wrong_plan);
  EXPECT_EQUAL(fill(2, plain(2, 2)), wrong_plan);
  EXPECT_EQUAL(fill(0, plain(3, 2)), wrong_plan);
  for (const int64_t slot : {-1, 2})
    EXPECT_EQUAL(failure([&] { batch.gather({slot}, 1, {Method::none, {}, {}}, c10::kCPU); }),
                 "ERR_DEEPLASIA_INTERNAL: no such slot");
}
