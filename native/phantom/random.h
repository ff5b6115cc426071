#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace deeplasia::phantom {

/// What a stream of numbers is for. Each purpose has a stream of its own, so that a draw more for one of them
/// leaves the others as they were.
enum class Purpose : uint64_t {
  subject = 1,
  maturity,
  proportions,
  pose,
  bones,
  texture,
  flesh,
  view,
  scene,
  film,
  noise,
  mask,
  depth
};

/// Spreads the bits of a counter over 64 bits (the finaliser of splitmix64).
constexpr uint64_t scrambled(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// A counter-based generator: number `i` of a stream is a function of (seed, index, purpose, i) alone, in
/// integer and exactly rounded arithmetic, so every machine draws the same.
class Random {
 public:
  Random(uint64_t seed, uint64_t index, Purpose purpose)
      : key_(scrambled(scrambled(scrambled(seed + kStep) ^ index) + kStep * static_cast<uint64_t>(purpose))) {
  }

  /// Uniform 64 bits.
  uint64_t bits() { return scrambled(key_ + kStep * ++count_); }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// One of 0 to count - 1.
  size_t pick(size_t count) {
    return std::min(static_cast<size_t>(uniform() * static_cast<double>(count)), count - 1);
  }
  bool chance(double probability) { return uniform() < probability; }

  /// Normal to the eye and clipped at 2.2 standard deviations: no anatomy is drawn that nobody has.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return std::clamp(sum, -2.2, 2.2);
  }
  double normal(double mean, double sd) { return mean + sd * normal(); }

 private:
  static constexpr uint64_t kStep = 0x9e3779b97f4a7c15;
  uint64_t key_;
  uint64_t count_ = 0;
};

}  // namespace deeplasia::phantom
