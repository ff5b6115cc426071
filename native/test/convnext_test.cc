// ConvNeXt V2 with the head of the open bone-age model against what timm and the model's published code
// computed.
#include "network/convnext.h"

#include <ATen/core/grad_mode.h>

#include <cstdlib>

#include "check.h"
#include "convnext_fixtures.h"
#include "failures.h"
#include "inference/expectation.h"
#include "network/expectation.h"
#include "network/initialise.h"
#include "network/pixels.h"

using namespace deeplasia::test;
using deeplasia::network::Author;
using deeplasia::network::build_expectation;
using deeplasia::network::ExpectationConfig;
using torch::jit::Module;

namespace {

ExpectationConfig config_of(const std::string& model, int64_t members) {
  ExpectationConfig config;
  config.trunk.name = model == "convnextv2_tiny" ? "convnextv2-tiny" : "convnextv2-atto";
  config.members = members;
  return config;
}

Module network_of(const std::string& model, int64_t members) {
  Module module = with_rule_made_weights(build_expectation(config_of(model, members)), 0.7);
  module.eval();
  return module;
}

void check(const at::Tensor& found, const at::Tensor& expected, double tolerance, const std::string& what) {
  const double difference = largest_difference(found, expected);
  if (std::getenv("DEEPLASIA_SHOW_DIFFERENCES"))
    std::printf("       %-52s differs by %.2g of %.2g allowed\n", what.c_str(), difference, tolerance);
  if (!(difference <= tolerance)) EXPECT_EQUAL(what + " differs by " + std::to_string(difference), "less");
}

/// Returns the numbers of an array, or of an array of arrays, as a tensor.
at::Tensor numbers(const Json& values) {
  std::vector<double> flat;
  for (const Json& value : values.items()) {
    if (value.is_array())
      for (const double number : value.numbers()) flat.push_back(number);
    else
      flat.push_back(value.number());
  }
  return at::tensor(flat);
}

void check_run(const Json& run) {
  const std::string model = run["model"].text(), size = std::to_string(run["height"].integer()) + "x" +
                                                        std::to_string(run["width"].integer());
  const int64_t members = run["members"].integer(),
                count = static_cast<int64_t>(run["images"].items().size());
  const at::Tensor x = with_sex_plane(grey_pictures(count, run["height"].integer(), run["width"].integer()),
                                      run["female"].integers());
  const auto outputs = network_of(model, members).get_method("forward_features")({x}).toTuple()->elements();
  const at::Tensor logits = outputs[0].toTensor(), features = outputs[1].toTensor();
  const std::string file = "_" + model.substr(std::string("convnextv2_").size()) + "_" + size + ".npy";
  const auto by_member = [&](const std::string& name) {
    const at::Tensor stored = read_npy(convnext_path("networks/" + name + file));
    return stored.view({members, count, -1}).transpose(0, 1);
  };
  check(logits, by_member("logits"), 1e-3, model + " " + size + " logits");
  check(features.view({count, members, -1}), by_member("features"), 1e-4, model + " " + size + " features");
  const auto found = deeplasia::inference::expectation_of(logits, count, {0, 1, 240, false});
  check(at::tensor(found.age), numbers(run["ages"]), 0.01, model + " " + size + " ages");
  if (!run.has("ages_of_members")) return;
  const auto by_logits = deeplasia::inference::expectation_of(logits, count, {0, 1, 240, true});
  check(at::tensor(by_logits.age), numbers(run["ages_from_mean_logits"]), 0.01,
        model + " " + size + " by logits");
  const at::Tensor of_members = at::tensor(found.members).view({count, members}).t().contiguous().flatten();
  check(of_members, numbers(run["ages_of_members"]), 0.01, model + " " + size + " ages of members");
}

}  // namespace

// The largest takes a core for seconds: DEEPLASIA_LARGE_PARITY=1 adds it.
TEST(convnexts_compute_what_timm_computes) {
  const at::NoGradGuard no_gradients;
  const Json all = Json::read(convnext_path("networks/outputs.json"));
  for (const Json& run : all["runs"].items()) {
    const bool is_convnext = run["model"].text().starts_with("convnextv2");
    const bool is_large = run["height"].integer() > 256;
    if (is_convnext && (!is_large || std::getenv("DEEPLASIA_LARGE_PARITY"))) check_run(run);
  }
}

TEST(convnext_s_states_have_timm_s_names_and_shapes) {
  const Json expected = Json::read(convnext_path("networks/state_dicts.json"));
  for (const auto& [key, tensors] : expected.members()) {
    if (!key.starts_with("convnextv2")) continue;
    const bool is_tiny = key.find("tiny") != std::string::npos;
    const auto found =
        deeplasia::network::state(build_expectation(config_of(is_tiny ? "convnextv2_tiny" : "", 1)));
    EXPECT_EQUAL(found.size(), tensors.items().size());
    for (size_t i = 0; i < std::min(found.size(), tensors.items().size()); ++i) {
      EXPECT_EQUAL(found[i].first, tensors[i][0].text());
      EXPECT_EQUAL(found[i].second.sizes(), at::IntArrayRef(tensors[i][1].integers()));
    }
  }
}

TEST(layers_of_atto_are_timm_s) {
  const at::NoGradGuard no_gradients;
  const Json expected = Json::read(convnext_path("networks/layers_atto.json"));
  const Module net = submodule(network_of("convnextv2_atto", 1), "net0");
  const Module trunk = submodule(net, "backbone");
  at::Tensor x = with_sex_plane(grey_pictures(1, 64, 64), expected["female"].integers());
  for (const Json& layer : expected["layers"].items()) {
    const std::string& name = layer["layer"].text();
    const bool is_inside = name.find(".conv_dw") != std::string::npos ||
                           name.find("blocks.0.norm") != std::string::npos ||
                           name.find(".mlp.") != std::string::npos;
    if (is_inside || name == "stages.0.downsample") continue;
    const bool is_head = name == "pooling" || name == "linear";
    x = submodule(is_head ? net : trunk, name).forward({x}).toTensor();
    check_layer(x, layer);
  }
}

TEST(convnext_s_members_have_the_published_numbers_of_parameters) {
  // millions, with a classifier of 1000 classes and three colours (README of facebookresearch/ConvNeXt-V2)
  const std::vector<std::pair<const char*, double>> expected{
      {"convnextv2-atto", 3.7},  {"convnextv2-femto", 5.2}, {"convnextv2-pico", 9.1},
      {"convnextv2-nano", 15.6}, {"convnextv2-tiny", 28.6}, {"convnextv2-base", 89}};
  for (const auto& [name, millions] : expected) {
    Author author;
    const auto trunk =
        deeplasia::network::convnext_trunk(author, {.name = name, .planes = 3, .has_matrices = {}});
    int64_t count = (trunk->features + 1) * 1000;
    for (const at::Tensor& tensor : trunk->module.parameters()) count += tensor.numel();
    EXPECT(std::abs(static_cast<double>(count) / 1e6 - millions) <= 0.5 * (millions < 50 ? 0.1 : 1));
  }
}

TEST(matrices_and_convolutions_of_convnext_compute_the_same) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = grey_pictures(1, 64, 64);
  std::vector<at::Tensor> found;
  for (const bool has_matrices : {false, true}) {
    deeplasia::network::NetworkConfig config;
    config.backbone = "convnextv2-atto";
    config.has_matrices = has_matrices;
    Module module = rule_made_network(config, 1, 0.7);
    module.eval();
    found.push_back(module.forward({x, everyone(1, 1)}).toTuple()->elements()[0].toTensor());
  }
  EXPECT(at::allclose(found[0], found[1], 1e-4, 1e-5));
}

TEST(a_fresh_convnext_starts_as_timm_s) {
  deeplasia::network::ExpectationConfig config = config_of("", 1);
  const Module module = build_expectation(config);
  deeplasia::network::initialise(module, 1);
  for (const auto& [name, tensor] : deeplasia::network::state(module)) {
    const at::Tensor values = tensor.detach();
    const bool is_trunk = name.find("backbone.") != std::string::npos;
    if (name.ends_with("pooling.p")) EXPECT(at::equal(values, at::full({1}, 3.0F)));
    if (!is_trunk) continue;
    if (values.dim() > 1 && values.numel() > 1000)
      EXPECT(std::abs(values.std().item<double>() - 0.02) < 0.002);
    const bool is_zero = name.ends_with(".bias") || name.ends_with(".grn.weight");
    if (values.dim() == 1)
      EXPECT(at::equal(values, is_zero ? at::zeros_like(values) : at::ones_like(values)));
  }
}

TEST(expectations_follow_the_logits) {
  using deeplasia::inference::expectation_of;
  at::Tensor logits = at::full({2, 2, 5}, -100.0F);
  logits[0][0][1] = 0.0F;  // 1 and 3: mean 2, deviation 1
  logits[0][1][3] = 0.0F;
  logits[1].fill_(0.0F);  // flat: 0 to 4
  const auto found = expectation_of(logits, 2, {10, 2, 5, false});
  EXPECT(at::allclose(at::tensor(found.age), at::tensor({14.0F, 14.0F})));
  EXPECT(at::allclose(at::tensor(found.members), at::tensor({12.0F, 16.0F, 14.0F, 14.0F})));
  EXPECT(at::allclose(at::tensor(found.sd), at::tensor({2.0F, 2 * std::sqrt(2.0F)})));
  EXPECT(at::allclose(at::tensor(found.low), at::tensor({12.0F, 10.0F})));
  EXPECT(at::allclose(at::tensor(found.high), at::tensor({16.0F, 18.0F})));
  EXPECT(failure([&] {
           expectation_of(logits, 2, {0, 1, 240, false});
         }).starts_with("ERR_DEEPLASIA_MODEL_SHAPE"));
}

TEST(softmax_expectations_are_those_of_the_published_head) {
  const Json all = Json::read(convnext_path("head/layers.json"));
  for (const Json& entry : all["softmax_expectation"]["cases"].items()) {
    if (!entry.has("scale")) continue;
    const uint64_t key = fnv1a64("1:head:" + entry["name"].text());
    at::Tensor logits = at::empty({1, 240});
    for (int64_t k = 0; k < 240; ++k)
      logits[0][k] =
          static_cast<float>(entry["scale"].number() * (2 * uniform(key, k) - 1) + entry["shift"].number());
    const auto found = deeplasia::inference::expectation_of(logits, 1, {0, 1, 240, false});
    check(at::tensor(found.age), at::tensor({entry["age_double"].number()}), 1e-3, entry["name"].text());
    check(at::tensor(found.sd), at::tensor({entry["sd_of_distribution"].number()}), 1e-3,
          entry["name"].text() + " sd");
  }
}
