#pragma once

#include <array>
#include <cstdint>

#include "phantom/random.h"
#include "phantom/tables.h"

namespace deeplasia::phantom {

struct Subject {
  Sex sex;
  double bone_age_months;  // the maturity that the picture shows
  double age_months;       // since birth; scatters around the bone age as in healthy children
  double hand_length_mm;
};

/// The range from which a subject is drawn.
struct SubjectRange {
  double male_share;  // 0 to 1
  double min_age_months, max_age_months;
};

Subject draw_subject(const SubjectRange& range, Random random);

/// The ossification of each centre.
struct Maturity {
  /// Below 0: cartilage only. 0 to 1: from its appearance to its adult shape or the first bony bridge.
  std::array<double, kCentres> growth;
  /// Share of the growth plate that is closed.
  std::array<double, kCentres> fusion;

  bool is_ossified(size_t centre) const { return growth[centre] >= 0; }
  int ossified_carpals() const;
  int ossified_epiphyses() const;
  int fused_epiphyses() const;
};

/// Draws the centres of one hand: the published ages, with deviations of the carpus, the fingers and each
/// centre.
Maturity draw_maturity(const Subject& subject, Random random);

}  // namespace deeplasia::phantom
