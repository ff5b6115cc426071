#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace deeplasia::phantom {

/// A tabulated function on [0, to], for use per pixel: linear between the entries, constant beyond the ends.
class Lookup {
 public:
  template <class Function>
  Lookup(double to, Function function) : per_unit_(static_cast<float>(kSteps / to)) {
    for (int i = 0; i <= kSteps; ++i) table_[i] = static_cast<float>(function(to * i / kSteps));
    table_[kSteps + 1] = table_[kSteps];
  }
  float at(float x) const {
    float place = x * per_unit_;
    place = place < 0 ? 0 : place;
    place = place > kSteps ? kSteps : place;
    const int whole = static_cast<int>(place);
    return table_[whole] + (place - static_cast<float>(whole)) * (table_[whole + 1] - table_[whole]);
  }

 private:
  static constexpr int kSteps = 2048;
  float per_unit_;
  std::array<float, kSteps + 2> table_;
};

/// Returns exp(x), within 1e-6 of it, for x from -80 to 80. All operations are exactly rounded, so the result
/// is the same on every machine. There is no branch, so that a loop over pixels is vectorised, four at a
/// time.
inline float fast_exp(float x) {
  x = x < -80.0F ? -80.0F : x;
  x = x > 80.0F ? 80.0F : x;
  const float scaled = x * 1.44269504F;
  const auto whole = static_cast<int32_t>(scaled + 128.5F) - 128;  // nearest
  const float t = (scaled - static_cast<float>(whole)) * 0.693147181F;
  const float series =
      1 + t * (1 + t * (0.5F + t * (0.166666667F +
                                    t * (0.0416666667F + t * (0.00833333333F + t * 0.00138888889F)))));
  const int32_t bits = (whole + 127) << 23;
  float power_of_two;
  std::memcpy(&power_of_two, &bits, sizeof bits);
  return series * power_of_two;
}

}  // namespace deeplasia::phantom
