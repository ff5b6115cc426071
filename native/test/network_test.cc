// Tests every network of test/fixtures/parity/networks against the outputs of the reference's own code.
#include <ATen/core/grad_mode.h>

#include <cstdlib>

#include "check.h"
#include "failures.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::network::build;
using deeplasia::network::NetworkConfig;
using deeplasia::network::SamePadding;
using deeplasia::network::state;
using torch::jit::Module;

namespace {

const Json& entries() {
  static const Json all = Json::read(parity_path("outputs.json"));
  return all;
}

Module network_of(const Json& entry) {
  Module module = rule_made_network(config_of(entry), entry["weight_seed"].integer(), entry["gain"].number());
  module.eval();
  return module;
}

/// Checks that values differ by at most 1e-3 of the scale, or 1e-3 if that is more.
/// DEEPLASIA_SHOW_DIFFERENCES prints the differences.
void check_close(const at::Tensor& actual, const at::Tensor& expected, double scale,
                 const std::string& what) {
  const double difference = largest_difference(actual.flatten(), expected.flatten());
  const double tolerance = 1e-3 * std::max(1.0, scale);
  if (std::getenv("DEEPLASIA_SHOW_DIFFERENCES"))
    std::printf("       %-52s differs by %.2g of %.2g allowed\n", what.c_str(), difference, tolerance);
  if (!(difference <= tolerance)) EXPECT_EQUAL(what + " differs by " + std::to_string(difference), "less");
}

void check_output(const at::Tensor& actual, const Json& expected, const std::string& what) {
  const at::Tensor values = at::tensor(expected.numbers(), at::kDouble);
  check_close(actual, values, values.abs().max().item<double>(), what);
}

void check_run(Module& module, const Json& run, const std::string& name) {
  const int64_t height = run["height"].integer(), width = run["width"].integer();
  const std::string where = name + " " + std::to_string(height) + "x" + std::to_string(width) + " ";
  const at::Tensor x = pictures(1, 3, height, width);
  for (const bool male : {true, false}) {
    const std::string suffix = male ? "male" : "female";
    const auto outputs =
        module.get_method("forward_features")({x, everyone(3, male ? 1 : 0)}).toTuple()->elements();
    const bool has_sex = run.has("sex_logit_" + suffix);
    EXPECT_EQUAL(outputs.size(), has_sex ? 3U : 2U);
    check_output(outputs[0].toTensor(), run["age_z_" + suffix], where + "age " + suffix);
    if (has_sex) check_output(outputs[1].toTensor(), run["sex_logit_" + suffix], where + "sex " + suffix);
    if (male)
      check_close(outputs.back().toTensor(), read_npy(parity_path(run["features_file"].text())),
                  run["features_std"].number(), where + "features");
  }
}

}  // namespace

TEST(networks_compute_what_the_reference_computes) {
  const at::NoGradGuard no_gradients;
  for (const Json& entry : entries().items()) {
    Module module = network_of(entry);
    for (const Json& run : entry["runs"].items()) check_run(module, run, entry["name"].text());
  }
}

TEST(forward_returns_the_outputs_without_the_features) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = pictures(1, 1, 64, 64), male = everyone(1, 1);
  for (const bool legacy : {false, true}) {
    NetworkConfig config;
    if (legacy) config.generation = deeplasia::network::Generation::legacy;
    Module module = small_network(config);
    module.eval();
    const auto with = module.get_method("forward_features")({x, male}).toTuple()->elements();
    const auto without = module.forward({x, male});
    if (legacy) {
      EXPECT(at::equal(without.toTensor(), with[0].toTensor()));
      continue;
    }
    EXPECT_EQUAL(without.toTuple()->size(), 2U);
    for (const size_t i : {0, 1})
      EXPECT(at::equal(without.toTuple()->elements()[i].toTensor(), with[i].toTensor()));
  }
}

TEST(state_dicts_are_the_reference_s) {
  const Json expected = Json::read(parity_path("state_dicts.json"));
  for (const Json& entry : entries().items()) {
    const auto& tensors = expected[entry["name"].text()].items();
    const auto found = state(network_of(entry));
    EXPECT_EQUAL(found.size(), tensors.size());
    for (size_t i = 0; i < std::min(found.size(), tensors.size()); ++i) {
      const auto& [name, tensor] = found[i];
      EXPECT_EQUAL(name, tensors[i][0].text());
      EXPECT_EQUAL(tensor.sizes(), at::IntArrayRef(tensors[i][1].integers()));
      EXPECT_EQUAL(tensor.scalar_type() == at::kLong ? "int64" : "float32", tensors[i][2].text());
      const at::Tensor values = tensor.to(at::kDouble);
      const double sum = values.sum().item<double>(), squares = values.square().sum().item<double>();
      EXPECT(std::abs(sum - tensors[i][3].number()) <= 1e-9 * (1 + values.abs().sum().item<double>()));
      EXPECT(std::abs(squares - tensors[i][4].number()) <= 1e-9 * (1 + squares));
    }
  }
}

TEST(layers_of_b0_are_the_reference_s) {
  const at::NoGradGuard no_gradients;
  const Json expected = Json::read(parity_path("layers_b0_sex_input.json"));
  const Module base = submodule(network_of(entries()[0]), "backbone.base");
  at::Tensor x = pictures(1, 1, expected["height"].integer(), expected["width"].integer());
  for (const Json& layer : expected["layers"].items()) {
    const std::string& name = layer["layer"].text();
    x = submodule(base, name).forward({x}).toTensor();
    EXPECT_EQUAL(x.sizes(), at::IntArrayRef(layer["shape"].integers()));
    const double deviation = layer["std"].number();
    check_close(x.mean(), at::scalar_tensor(layer["mean"].number()), deviation, name + " mean");
    check_close(x.std(), at::scalar_tensor(deviation), deviation, name + " deviation");
    check_close(x.flatten().slice(0, 0, 4), at::tensor(layer["first"].numbers()), deviation, name + " first");
    check_close(x.flatten().slice(0, -4), at::tensor(layer["last"].numbers()), deviation, name + " last");
    if (name.find("bn") != std::string::npos) x = at::silu(x);
  }
}

TEST(static_padding_is_the_reference_s_for_every_member) {
  const Json expected = Json::read(parity_path("static_padding.json"));
  for (const auto& [member, layers] : expected.members()) {
    NetworkConfig config;
    config.backbone = member;
    const Module base = submodule(build(config), "backbone.base");
    EXPECT_EQUAL(submodule(base, "_blocks").named_children().size(), layers.items().size() - 1);
    for (const Json& layer : layers.items()) {
      const Module convolution = submodule(base, layer[0].text());
      const auto symmetric = convolution.attr("padding").toIntVector();
      const auto found = convolution.hasattr("same_padding")
                             ? convolution.attr("same_padding").toIntVector()
                             : std::vector<int64_t>{symmetric[1], symmetric[1], symmetric[0], symmetric[0]};
      EXPECT_EQUAL(at::IntArrayRef(found), at::IntArrayRef(layer[1].integers()));
    }
  }
}

TEST(members_have_as_many_parameters_as_in_efficientnet_pytorch) {
  // numbers of EfficientNet.from_name(name, in_channels=1), version 0.7.1, with its classifier
  const std::vector<std::pair<std::string, int64_t>> expected{
      {"b0", 5287972},  {"b1", 7793608},  {"b2", 9109418},  {"b3", 12232512}, {"b4", 19340752},
      {"b5", 30388920}, {"b6", 43039696}, {"b7", 66346808}, {"b8", 87411846}, {"l2", 480306860}};
  for (const auto& [member, parameters] : expected) {
    NetworkConfig config;
    config.generation = deeplasia::network::Generation::legacy;
    config.backbone = "efficientnet-" + member;
    int64_t count = 0;
    for (const at::Tensor& tensor : submodule(build(config), "base").parameters()) count += tensor.numel();
    EXPECT_EQUAL(count, parameters);
  }
}

TEST(an_unknown_backbone_is_refused_with_the_valid_names) {
  NetworkConfig config;
  config.backbone = "efficientnet-b9";
  const std::string failed = failure([&] { build(config); });
  EXPECT(
      failed.starts_with("ERR_DEEPLASIA_OPTION: 'efficientnet-b9' is not a backbone; use efficientnet-b0, "));
  EXPECT(
      failed.ends_with(", efficientnet-l2, convnextv2-atto, convnextv2-femto, convnextv2-pico, "
                       "convnextv2-nano, convnextv2-tiny, convnextv2-base, inceptionv3"));
}
