#pragma once

#include <cstdint>
#include <vector>

namespace deeplasia::phantom {

/// A repeating square of texture, with mean 0 and standard deviation 1.
class Tile {
 public:
  static constexpr int kSide = 256;  // a power of 2

  explicit Tile(std::vector<float> values) : values_(std::move(values)) {}
  /// Returns the bilinear value at u across and v down, in nodes; any u and v are allowed.
  float at(float u, float v) const;

 private:
  std::vector<float> values_;
};

/// Returns the texture of struts that run along a tubular bone (v is along the bone).
const Tile& struts();
/// Returns the net-like texture of spongy bone.
const Tile& net();

}  // namespace deeplasia::phantom
