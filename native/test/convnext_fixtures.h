#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>

#include "json.h"
#include "networks.h"

// Networks, pictures and layers of test/fixtures/parity/convnext.
namespace deeplasia::test {

inline std::string convnext_path(const std::string& name) {
  return std::string(DEEPLASIA_FIXTURES "/parity/convnext/") + name;
}

inline torch::jit::Module with_rule_made_weights(const torch::jit::Module& module, double gain) {
  network::assign(module, rule_made(network::state(module), 1, gain));
  return module;
}

/// Returns pictures 0, 1, … as grey values from 0 to 255, normalised to -1 to 1: [count, 1, height, width].
inline at::Tensor grey_pictures(int64_t count, int64_t height, int64_t width) {
  const auto byte = [](uint64_t key, int64_t i) {
    return static_cast<int64_t>(splitmix64(key + static_cast<uint64_t>(i)) >> 56);
  };
  at::Tensor batch = at::empty({count, 1, height, width});
  float* out = batch.mutable_data_ptr<float>();
  for (int64_t k = 0; k < count; ++k) {
    const std::string key = "1:image" + std::to_string(k);
    const uint64_t coarse = fnv1a64(key + ":coarse"), fine = fnv1a64(key + ":fine");
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        const int64_t patch = byte(coarse, 12 * (y * 12 / height) + x * 12 / width);
        *out++ = static_cast<float>((3 * patch + byte(fine, y * width + x)) / 4);
      }
  }
  return (batch / 255 - 0.5) * 2;
}

/// Puts the sex as a plane of 1 (girls) and -1 after the picture.
inline at::Tensor with_sex_plane(const at::Tensor& x, const std::vector<int64_t>& female) {
  const at::Tensor plane = (at::tensor(female).to(at::kFloat) * 2 - 1).view({-1, 1, 1, 1});
  return at::cat({x, plane.expand_as(x)}, 1);
}

inline at::Tensor expected_ages(const at::Tensor& logits) {
  return at::softmax(logits, -1).matmul(at::arange(logits.size(-1), at::kFloat));
}

/// Checks a layer's output, NCHW, against an entry of layers_*.json: within 1e-3 of its standard deviation.
inline void check_layer(const at::Tensor& found, const Json& layer) {
  const at::Tensor x = found.contiguous();
  EXPECT_EQUAL(x.sizes(), at::IntArrayRef(layer["shape"].integers()));
  const double tolerance = 1e-3 * layer["std"].number();
  const auto near = [&](const at::Tensor& actual, const at::Tensor& expected, const char* what) {
    const double difference = largest_difference(actual, expected);
    if (!(difference <= tolerance))
      EXPECT_EQUAL(layer["layer"].text() + " " + what, std::to_string(difference));
  };
  near(x.mean(), at::scalar_tensor(layer["mean"].number()), "mean");
  near(x.flatten().slice(0, 0, 4), at::tensor(layer["first"].numbers()), "first");
  near(x.flatten().slice(0, -4), at::tensor(layer["last"].numbers()), "last");
}

}  // namespace deeplasia::test
