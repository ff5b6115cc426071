#include "phantom/maturity.h"

#include <algorithm>

namespace deeplasia::phantom {
namespace {

constexpr size_t kMissing = epiphysis(kMiddle, 0);

bool fuses(size_t centre) { return centre >= kRadius && centre != kMissing; }

// The published percentiles refer to calendar age. A centre scatters less around a bone age, which is the
// mean of the centres.
double onset_sd(size_t centre, const Onset& table) {
  return centre < kTubular ? 0.12 * (table.late - table.early) : 1 + 0.1 * table.median;
}

double months_to_grow(Sex sex, size_t centre, double appearance, double closing_start) {
  if (centre == kPisiform) return 40;
  if (centre == kSesamoid) return 30;
  return (centre < kCarpals ? carpal_maturity(sex) : closing_start) - appearance;
}

}  // namespace

Subject draw_subject(const SubjectRange& range, Random random) {
  Subject subject{};
  subject.sex = random.chance(range.male_share) ? Sex::male : Sex::female;
  subject.bone_age_months = random.uniform(range.min_age_months, range.max_age_months);
  const double sd = 1 + 0.075 * std::min(subject.bone_age_months, 180.0);
  subject.age_months = std::max(0.0, random.normal(subject.bone_age_months, sd));
  // Stature follows the bone age as much as the calendar age.
  const double grown = mix(subject.age_months, subject.bone_age_months, 0.5);
  subject.hand_length_mm = hand_length_mm(subject.sex, grown) * random.normal(1, 0.045);
  return subject;
}

Maturity draw_maturity(const Subject& subject, Random random) {
  const double age = subject.bone_age_months;
  const double carpus = random.normal(0, 2.5 + 0.022 * age);
  const double fingers = random.normal(0, 2 + 0.02 * age);
  Maturity maturity{};
  for (size_t centre = 0; centre < kCentres; ++centre) {
    // Drawn for every centre, so that the random streams of two hands stay aligned.
    const double own_onset = random.normal();
    const double own_closing = random.normal(0, 3);
    maturity.growth[centre] = -1;
    if (centre == kMissing) continue;
    const bool is_wrist = centre < kCarpals || centre == kRadius || centre == kUlna;
    const double reached = age + (is_wrist ? carpus : fingers);
    const Onset table = onset(subject.sex, centre);
    const double appearance = std::max(0.0, table.median + own_onset * onset_sd(centre, table));
    const Closing plate = fuses(centre) ? closing(subject.sex, centre) : Closing{};
    const double months = months_to_grow(subject.sex, centre, appearance, plate.start + own_closing);
    if (reached >= appearance)
      maturity.growth[centre] = std::min(centre < kCarpals ? 1.35 : 1.0, (reached - appearance) / months);
    if (fuses(centre))
      maturity.fusion[centre] =
          std::clamp((reached - plate.start - own_closing) / (plate.end - plate.start), 0.0, 1.0);
  }
  return maturity;
}

int Maturity::ossified_carpals() const {
  return static_cast<int>(
      std::count_if(growth.begin(), growth.begin() + kCarpals, [](double g) { return g >= 0; }));
}

int Maturity::ossified_epiphyses() const {
  return static_cast<int>(
      std::count_if(growth.begin() + kRadius, growth.end(), [](double g) { return g >= 0; }));
}

int Maturity::fused_epiphyses() const {
  return static_cast<int>(std::count(fusion.begin() + kRadius, fusion.end(), 1.0));
}

}  // namespace deeplasia::phantom
