// Tests that the anatomy of synthetic radiographs is as documented.
#include <algorithm>

#include "check.h"
#include "phantoms.h"

using namespace deeplasia::test;

namespace {

double carpal_growth(const Maturity& maturity) {
  double sum = 0;
  for (size_t centre = 0; centre < kCarpals; ++centre)
    if (maturity.is_ossified(centre)) sum += read(kCarpalGrowth, maturity.growth[centre]);
  return sum;
}

}  // namespace

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
