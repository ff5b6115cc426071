#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace deeplasia::phantom {

/// The purpose of a random stream. Each purpose has its own stream, so that an additional draw for one of
/// them does not change the others.
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
  depth,
  plate,
  other_hand,
  grain
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

  /// Returns 64 uniform bits.
  uint64_t bits() { return scrambled(key_ + kStep * ++count_); }
  /// Returns a uniform number in [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// Returns a uniform number in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Returns a uniform integer from 0 to count - 1.
  size_t pick(size_t count) {
    return std::min(static_cast<size_t>(uniform() * static_cast<double>(count)), count - 1);
  }
  bool chance(double probability) { return uniform() < probability; }

  /// Returns an approximately normal number, clipped at 2.2 standard deviations so that no impossible anatomy
  /// is drawn.
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
