// Tests the one definition of a network for training and inference: what `training` changes, which parameters
// learn, what an archive keeps.
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>

#include "check.h"
#include "inference/forward.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::network::Generation;
using deeplasia::network::NetworkConfig;
using deeplasia::network::SamePadding;
using deeplasia::network::state;
using torch::jit::Module;

namespace {

at::Tensor age(Module& module, const at::Tensor& x) {
  const c10::IValue output = module.forward({x, everyone(x.size(0), 1)});
  return output.isTuple() ? output.toTuple()->elements()[0].toTensor() : output.toTensor();
}

/// A temporary file, removed at the end of a test.
struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() / "deeplasia-network-test.pt").string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

NetworkConfig without_chance() {
  NetworkConfig config;
  config.dropout = config.drop_connect = 0;
  return config;
}

NetworkConfig legacy() {
  NetworkConfig config;
  config.generation = Generation::legacy;
  return config;
}

}  // namespace

TEST(only_training_moves_the_running_statistics) {
  const at::NoGradGuard no_gradients;
  Module module = small_network(without_chance());
  const at::Tensor x = pictures(1, 3, 64, 64);
  const Module norm = submodule(module, "backbone.base._bn0");
  const auto statistic = [&](const char* name) { return norm.attr(name).toTensor().clone(); };
  const at::Tensor mean = statistic("running_mean"), variance = statistic("running_var");
  module.eval();
  age(module, x);
  EXPECT(at::equal(statistic("running_mean"), mean));
  EXPECT_EQUAL(statistic("num_batches_tracked").item<int64_t>(), 0);
  module.train();
  age(module, x);
  const at::Tensor seen = submodule(module, "backbone.base._conv_stem").forward({x}).toTensor();
  EXPECT(largest_difference(statistic("running_mean"), 0.99 * mean + 0.01 * seen.mean({0, 2, 3})) < 1e-6);
  EXPECT(largest_difference(statistic("running_var"),
                            0.99 * variance + 0.01 * seen.var({0, 2, 3}, /*unbiased=*/true)) < 1e-6);
  for (const auto& [name, tensor] : state(module))
    if (name.ends_with("num_batches_tracked")) EXPECT_EQUAL(tensor.item<int64_t>(), 1);
}

TEST(dropout_and_drop_connect_draw_only_in_training) {
  const at::NoGradGuard no_gradients;
  const at::Tensor x = pictures(1, 3, 64, 64);
  const auto repeats = [&](const NetworkConfig& config, bool training) {
    Module module = small_network(config);
    module.train(training);
    return at::equal(age(module, x), age(module, x));
  };
  NetworkConfig dropout = without_chance(), drop_connect = without_chance();
  dropout.dropout = 0.5;
  drop_connect.drop_connect = 0.5;
  EXPECT(repeats(without_chance(), true));
  for (const NetworkConfig& config : {dropout, drop_connect}) {
    EXPECT(!repeats(config, true));
    EXPECT(repeats(config, false));
  }
}

TEST(drop_connect_leaves_out_whole_branches_and_keeps_their_mean) {
  const at::NoGradGuard no_gradients;
  Module module = small_network();
  module.eval();
  Module block = submodule(module, "backbone.base._blocks.2");
  EXPECT(std::abs(block.attr("drop_connect").toDouble() - 0.2 * 2 / 16) < 1e-12);
  block.setattr("drop_connect", 0.25);
  const at::Tensor x = pictures(1, 1, 24, 8).view({1, 24, 8, 1}).expand({2000, 24, 8, 8});
  const at::Tensor branch = block.forward({x.slice(0, 0, 1)}).toTensor() - x.slice(0, 0, 1);
  block.setattr("training", true);  // of the block only: its batch norms stay in eval mode
  const at::Tensor seen = (block.forward({x}).toTensor() - x).flatten(1);
  const at::Tensor kept = seen.abs().amax(1) > 0;
  EXPECT(largest_difference(seen, kept.unsqueeze(1) * branch.flatten(1) / 0.75) < 1e-4);
  EXPECT(std::abs(kept.to(at::kDouble).mean().item<double>() - 0.75) < 0.05);  // 5 standard deviations
}

TEST(every_parameter_in_use_learns) {
  for (const bool is_legacy : {false, true}) {
    Module module = small_network(is_legacy ? legacy() : NetworkConfig{});
    const c10::IValue output = module.forward({pictures(1, 3, 64, 64), everyone(3, 1)});
    at::Tensor loss = is_legacy ? output.toTensor().sum() : at::zeros({});
    if (!is_legacy)
      for (const auto& part : output.toTuple()->elements()) loss = loss + part.toTensor().square().sum();
    loss.backward();
    for (const auto& [name, tensor] : state(module)) {
      const bool learns = tensor.requires_grad();
      EXPECT_EQUAL(learns, name.find("running_") == std::string::npos && !name.ends_with("tracked"));
      if (learns && !name.starts_with("base._fc."))
        EXPECT(tensor.grad().defined() && tensor.grad().abs().sum().item<float>() > 0);
    }
  }
}

TEST(the_predicted_sex_is_an_input_that_does_not_train_the_classifier) {
  NetworkConfig config;
  config.explicit_sex_classifier = {16, 8};
  Module module = small_network(config);
  age(module, pictures(1, 3, 64, 64)).sum().backward();
  const auto gradient = [&](const char* path) {
    return submodule(module, path).attr("weight").toTensor().grad();
  };
  EXPECT(gradient("dense.fc_gender_in").abs().sum().item<float>() > 0);
  EXPECT(!gradient("dense.fc_sex").defined());
}

TEST(a_given_sex_replaces_the_predicted_one_if_configured) {
  const at::NoGradGuard no_gradients;
  NetworkConfig config;
  config.explicit_sex_classifier = {16};
  config.correct_predicted_sex = true;
  Module module = small_network(config);
  module.eval();
  const at::Tensor x = pictures(1, 2, 64, 64);
  const auto unknown = module.forward({x}).toTuple()->elements();
  const auto told = module.forward({x, unknown[1].toTensor()}).toTuple()->elements();
  EXPECT(at::equal(unknown[0].toTensor(), told[0].toTensor()));  // the raw logit replaces the sex
  EXPECT(largest_difference(unknown[0].toTensor(), age(module, x)) > 1e-3);
}

TEST(dynamic_padding_is_static_padding_at_the_nominal_size) {
  const at::NoGradGuard no_gradients;
  NetworkConfig config;
  config.padding = SamePadding::dynamic;
  Module fixed = small_network(), dynamic = small_network(config);
  fixed.eval();
  dynamic.eval();
  EXPECT(largest_difference(age(fixed, pictures(1, 1, 224, 224)), age(dynamic, pictures(1, 1, 224, 224))) <
         1e-4);
  EXPECT(largest_difference(age(fixed, pictures(1, 1, 97, 97)), age(dynamic, pictures(1, 1, 97, 97))) > 1e-3);
  // 97 -> 49, 5 -> 3: "same" is ceil(size / stride) for each side on its own
  const auto stem = submodule(dynamic, "backbone.base._conv_stem");
  const at::Tensor x = pictures(1, 1, 97, 128), weight = stem.attr("weight").toTensor();
  const at::Tensor by_hand = at::conv2d(at::constant_pad_nd(x, {0, 1, 1, 1}), weight, {}, 2);
  EXPECT(at::equal(submodule(dynamic, "backbone.base._conv_stem").forward({x}).toTensor(), by_hand));
}

TEST(an_archive_keeps_values_names_and_methods) {
  const at::NoGradGuard no_gradients;
  const TemporaryFile file;
  const at::Tensor x = pictures(1, 2, 96, 96);
  NetworkConfig config;
  config.learnable_sigma = {1.0, 0.5};
  for (const NetworkConfig& one : {config, legacy()}) {
    Module module = small_network(one);
    module.eval();
    module.save(file.path);
    Module loaded = torch::jit::load(file.path);
    EXPECT(at::equal(age(loaded, x), age(module, x)));
    EXPECT(loaded.find_method("forward_features").has_value());
    const auto before = state(module), after = state(loaded);
    EXPECT_EQUAL(after.size(), before.size());
    for (size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
      EXPECT_EQUAL(after[i].first, before[i].first);
      EXPECT(at::equal(after[i].second, before[i].second));
      EXPECT_EQUAL(after[i].second.requires_grad(), before[i].second.requires_grad());
    }
    loaded.train();
    EXPECT(!at::equal(age(loaded, x), age(loaded, x)));
  }
}

TEST(inference_folds_what_training_needs) {
  const at::NoGradGuard no_gradients;
  Module module = small_network();
  module.eval();
  const Module frozen = torch::jit::freeze(module);
  const std::string graph = frozen.get_method("forward").graph()->toString();
  for (const char* gone : {"aten::batch_norm", "aten::dropout", "aten::rand", "aten::add_", "prim::If"})
    EXPECT(graph.find(gone) == std::string::npos);

  const TemporaryFile file;
  module.save(file.path);
  using deeplasia::inference::Model;
  const auto model =
      Model::load(file.path, {at::kCPU, 0, deeplasia::runtime::Precision::float32, true, {}, {}});
  EXPECT_EQUAL(model->facts().inputs, 2);
  const at::Tensor x = pictures(1, 2, 96, 96), expected = age(module, x);
  const auto outputs = deeplasia::inference::forward(*model, x, std::vector<float>{1, 1});
  for (const int64_t i : {0, 1}) EXPECT(std::abs(outputs.age[i] - expected[i].item<float>()) < 1e-4);
  EXPECT(outputs.sex_logit.has_value());
}
