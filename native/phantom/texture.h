#pragma once

#include <cstdint>
#include <vector>

namespace deeplasia::phantom {

/// A square of structure that repeats, mean 0 and standard deviation 1.
class Tile {
 public:
  static constexpr int kSide = 256;  // a power of 2

  explicit Tile(std::vector<float> values) : values_(std::move(values)) {}
  /// Bilinear; u runs across, v down, in nodes, any value.
  float at(float u, float v) const;

 private:
  std::vector<float> values_;
};

/// Struts that run along a tubular bone (v is along).
const Tile& struts();
/// The net of a spongy bone.
const Tile& net();

}  // namespace deeplasia::phantom
