#pragma once

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>

#include <string>

#include "json.h"
#include "network/bone_age.h"
#include "parity.h"

// Builds the networks of outputs.json and sets their weights.
namespace deeplasia::test {

/// Returns the configuration of the network of an entry in outputs.json.
inline network::NetworkConfig config_of(const Json& entry) {
  network::NetworkConfig config;
  config.backbone = entry["backbone"].text();
  config.dense_layers = entry["dense_layers"].integers();
  if (entry["kind"].text() == "legacy") {
    config.generation = network::Generation::legacy;
    return config;
  }
  const Json& options = entry["config"];
  config.explicit_sex_classifier = options["explicit_sex_classifier"].integers();
  config.sex_dcs = options["sex_dcs"].integer();
  config.correct_predicted_sex = options["correct_predicted_sex"].truth();
  return config;
}

inline torch::jit::Module rule_made_network(const network::NetworkConfig& config, int64_t seed, double gain) {
  const torch::jit::Module module = network::build(config);
  network::assign(module, rule_made(network::state(module), seed, gain));
  return module;
}

/// Returns a small network for tests of something else.
inline torch::jit::Module small_network(const network::NetworkConfig& config = {}) {
  return rule_made_network(config, 1, 1.04);
}

inline at::Tensor everyone(int64_t count, float sex) { return at::full({count, 1}, sex); }

/// Returns the submodule at a dotted path.
inline torch::jit::Module submodule(torch::jit::Module module, const std::string& path) {
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) module = module.attr(part).toModule();
  return module;
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace deeplasia::test
