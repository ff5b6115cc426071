#pragma once

#include "phantom/flesh.h"
#include "phantom/phantom.h"
#include "phantom/skeleton.h"

// Hands for tests, before and after their projection.
namespace deeplasia::test {

using namespace phantom;

constexpr SubjectRange kAnyone{0.5, 4, 222};

inline Request request(uint64_t index, Depth depth = Depth::eight_bit) {
  return {.seed = 7, .index = index, .subjects = kAnyone, .sizes = {300}, .depth = depth};
}

inline Random stream(Purpose purpose, uint64_t index = 0) { return {7, index, purpose}; }

inline Subject child(Sex sex, double months) {
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

}  // namespace deeplasia::test
