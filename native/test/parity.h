#pragma once

#include <ATen/Functions.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "json.h"
#include "network/state.h"

// The rules that compute the fixtures' weights and pictures, so that they need not be stored.
namespace deeplasia::test {

inline std::string parity_path(const std::string& name) {
  return std::string(DEEPLASIA_FIXTURES "/parity/networks/") + name;
}

inline uint64_t fnv1a64(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

inline uint64_t splitmix64(uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

/// Returns a number in [0, 1).
inline double uniform(uint64_t key, int64_t index) {
  return static_cast<double>(splitmix64(key + static_cast<uint64_t>(index)) >> 11) * 0x1p-53;
}

inline double weight_rule(const std::string& name, const at::Tensor& like, double gain, double u) {
  if (name.find("prelu") != std::string::npos) return 0.25;
  if (name.ends_with("running_var")) return 0.75 + 0.5 * u;
  if (name.ends_with("running_mean")) return 0.2 * (u - 0.5);
  if (name.ends_with("pooling.p")) return 2.5 + u;
  if (name.ends_with(".grn.weight")) return u - 0.5;
  if (like.dim() > 1) {
    const double fan_in = static_cast<double>(like.numel()) / static_cast<double>(like.size(0));
    if (name.ends_with("linear.weight")) gain = 4;
    return gain * 2 * std::sqrt(6 / fan_in) * (u - 0.5);
  }
  if (name.ends_with(".weight")) return 0.75 + 0.5 * u;
  if (name.ends_with(".bias")) return 0.2 * (u - 0.5);
  return u - 0.5;  // loss.s
}

/// Returns tensors with the names and shapes of `like`, filled by the rule.
inline network::State rule_made(const network::State& like, int64_t seed, double gain) {
  network::State made;
  for (const auto& [name, tensor] : like) {
    at::Tensor values = at::zeros(tensor.sizes(), tensor.options().requires_grad(false));
    if (values.is_floating_point()) {
      const uint64_t key = fnv1a64(std::to_string(seed) + ":" + name);
      float* out = values.mutable_data_ptr<float>();
      for (int64_t i = 0; i < values.numel(); ++i)
        out[i] = static_cast<float>(weight_rule(name, tensor, gain, uniform(key, i)));
    }
    made.emplace_back(name, values);
  }
  return made;
}

/// Returns pictures 0, 1, … of a seed, [count, 1, height, width].
inline at::Tensor pictures(int64_t seed, int64_t count, int64_t height, int64_t width) {
  at::Tensor batch = at::empty({count, 1, height, width});
  float* out = batch.mutable_data_ptr<float>();
  for (int64_t k = 0; k < count; ++k) {
    const std::string key = std::to_string(seed) + ":input" + std::to_string(k);
    const uint64_t coarse = fnv1a64(key + ":coarse"), fine = fnv1a64(key + ":fine");
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        const double patch = 2 * uniform(coarse, 12 * (y * 12 / height) + x * 12 / width) - 1;
        const double grain = 2 * uniform(fine, y * width + x) - 1;
        const double slope = 2 * (static_cast<double>(y) + 0.5) / static_cast<double>(height) - 1;
        *out++ = static_cast<float>(2 * patch + 0.5 * grain + 0.5 * static_cast<double>(k % 3 - 1) * slope);
      }
  }
  return batch;
}

/// Reads a .npy file of float32.
inline at::Tensor read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[10] = {};
  file.read(start, 10);
  std::string header(static_cast<unsigned char>(start[8]) | static_cast<unsigned char>(start[9]) << 8, ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  const size_t shape = header.find('(');
  if (!file || header.find("'<f4'") == std::string::npos || shape == std::string::npos)
    throw std::runtime_error("cannot read " + path);
  std::istringstream sides(header.substr(shape + 1, header.find(')') - shape - 1));
  std::vector<int64_t> sizes;
  for (std::string side; std::getline(sides, side, ',');) sizes.push_back(std::stoll(side));
  at::Tensor values = at::empty(sizes);
  file.read(reinterpret_cast<char*>(values.mutable_data_ptr<float>()), values.numel() * 4);
  if (!file) throw std::runtime_error("cannot read " + path);
  return values;
}

}  // namespace deeplasia::test
