// Training steps of ConvNeXt V2 with the head of the open bone-age model, and gradients of its layers,
// against PyTorch's.
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "check.h"
#include "convnext_fixtures.h"
#include "network/expectation.h"
#include "network/pixels.h"
#include "trainers.h"
#include "training/gradients.h"
#include "training/optimizer.h"
#include "training/trainer.h"

using namespace deeplasia::test;
using deeplasia::network::State;
using deeplasia::training::Clipping;
using deeplasia::training::Optimizer;
using deeplasia::training::OptimizerOptions;

namespace {

constexpr const char* kPrefix = "net0.";

const Json& steps() {
  static const Json all = Json::read(convnext_path("training/steps.json"));
  return all;
}

torch::jit::Module network_of() {
  deeplasia::network::ExpectationConfig config;
  config.trunk.name = "convnextv2-atto";
  config.dropout = 0;
  return with_rule_made_weights(deeplasia::network::build_expectation(config), 0.7);
}

std::unique_ptr<Optimizer> optimizer_of(const Json& entry, const State& parameters) {
  OptimizerOptions options{};
  const bool is_adam = entry["optimizer"].text() == "AdamW";
  options.kind = is_adam ? OptimizerOptions::Kind::adamw : OptimizerOptions::Kind::sgd;
  options.weight_decay = entry["weight_decay"].number();
  if (is_adam) {
    options.beta1 = entry["betas"][0].number();
    options.beta2 = entry["betas"][1].number();
    options.eps = entry["eps"].number();
  }
  return Optimizer::create(options, parameters);
}

at::Tensor loss_of(const at::Tensor& logits, const std::string& kind) {
  const at::Tensor months = at::tensor(steps()["target_months"].numbers()).to(at::kFloat);
  if (kind == "l1") return (expected_ages(logits) - months).abs().mean();
  return at::cross_entropy_loss(logits, months.to(at::kLong));
}

std::vector<at::Tensor> gradients_of(const State& parameters) {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : parameters) all.push_back(tensor.grad());
  return all;
}

/// Compares [name, sum, sum of squares] of tensors: within 1e-3 of the root of the sum of squares.
void check_sums(const std::map<std::string, at::Tensor>& found, const Json& expected,
                const std::string& where) {
  for (const Json& row : expected.items()) {
    const at::Tensor values = found.at(kPrefix + row[0].text()).detach().to(at::kDouble);
    const double scale = std::sqrt(row[2].number()) + 1e-9;
    const double by_sum = std::abs(values.sum().item<double>() - row[1].number()) /
                          (scale * std::sqrt(static_cast<double>(values.numel())));
    const double by_squares = std::abs(std::sqrt(values.square().sum().item<double>()) - scale) / scale;
    if (!(std::max(by_sum, by_squares) <= 1e-3))
      EXPECT_EQUAL(where + " " + row[0].text(), std::to_string(std::max(by_sum, by_squares)));
  }
}

/// Compares the first steps of a case with PyTorch's: losses, gradients, and parameters after the first one.
void run_case(const Json& entry, size_t most) {
  // As training does: an executor that specialises takes longer than these few steps.
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  const std::string& name = entry["name"].text();
  torch::jit::Module module = network_of();
  module.train();
  State parameters;
  for (const auto& parameter : module.named_parameters())
    parameters.emplace_back(parameter.name, parameter.value);
  const auto optimizer = optimizer_of(entry, parameters);
  const at::Tensor x = with_sex_plane(grey_pictures(4, 64, 64), steps()["female"].integers());
  const bool is_clipped = !entry["clip_norm"].is_null();
  const size_t compared = std::min<size_t>(most, is_clipped ? 4 : entry["losses"].items().size());
  for (size_t step = 0; step < compared; ++step) {
    for (auto& [key, tensor] : parameters) tensor.mutable_grad().reset();
    const at::Tensor loss = loss_of(module.forward({x}).toTensor().select(1, 0), entry["loss"].text());
    loss.backward();
    const double wanted = entry["losses"][step].number();
    const double spread = std::abs(wanted - entry["losses_double"][step].number()) +
                          std::abs(wanted - entry["losses_when_the_input_is_scaled_by_1e_6"][step].number());
    const double difference = std::abs(loss.item<double>() - wanted);
    if (!(difference <= std::max(10 * spread, 1e-4 * wanted)))
      EXPECT_EQUAL(name + " loss of step " + std::to_string(step), std::to_string(difference));
    if (step == 0 && entry.has("gradients")) {
      std::map<std::string, at::Tensor> gradients;
      for (const auto& [key, tensor] : parameters) gradients[key] = tensor.grad();
      check_sums(gradients, entry["gradients"], name + " gradient");
    }
    if (is_clipped) {
      const auto all = gradients_of(parameters);
      const double norm = deeplasia::training::norm_of(all).item<double>();
      deeplasia::training::clip(all, {Clipping::Kind::norm, entry["clip_norm"].number()}, norm);
    }
    optimizer->step(entry["lr"].number());
    if (step == 0 && entry.has("parameters_after_1"))
      check_sums({parameters.begin(), parameters.end()}, entry["parameters_after_1"], name + " after 1");
  }
}

}  // namespace

// All ten steps take a core for half a minute: DEEPLASIA_LARGE_PARITY=1 runs them.
TEST(convnext_learns_as_in_pytorch) {
  const bool is_whole = std::getenv("DEEPLASIA_LARGE_PARITY") != nullptr;
  for (const Json& entry : steps()["cases"].items())
    if (is_whole || !entry["clip_norm"].is_null() || entry["name"].text() == "sgd_l1")
      run_case(entry, is_whole ? 10 : 2);
}

namespace {

/// Returns the trainer of a rule-made atto over the 240 months of the published head, with AdamW as in the
/// case adamw_l1 but for its learning rate, and the four pictures and ages of its batch.
deeplasia::training::Trainer trainer_of(torch::jit::Module module) {
  deeplasia::training::TrainerOptions options = trainer_options();
  options.optimizer.kind = OptimizerOptions::Kind::adamw;
  options.sex_plane = {1, 1, -1};  // the sex is 1 for boys
  options.age_bins = {0, 1, 240, false};
  return deeplasia::training::Trainer(std::move(module), options);
}

deeplasia::training::Examples batch_of() {
  deeplasia::training::Examples batch;
  batch.x = grey_pictures(4, 64, 64);
  batch.sex.emplace();
  for (const int64_t female : steps()["female"].integers()) batch.sex->push_back(female == 0 ? 1 : 0);
  const auto months = steps()["target_months"].numbers();
  batch.age.emplace(months.begin(), months.end());
  return batch;
}

}  // namespace

TEST(a_trainer_learns_the_expectation_of_the_published_head) {
  for (const Json& entry : steps()["cases"].items()) {
    if (entry["loss"].text() != "l1" || entry["optimizer"].text() != "AdamW") continue;
    const double wanted = entry["losses"][0].number();
    auto trainer = trainer_of(network_of());
    const auto before = trainer.evaluate(batch_of());
    EXPECT(std::abs(before.loss->total - wanted) <= 1e-4 * wanted);
    for (size_t i = 0; i < before.age.size(); ++i)
      EXPECT(std::abs(before.age[i] - entry["ages"][0][i].number()) <= 0.01);
    double last = wanted;
    for (int i = 0; i < 3; ++i) last = trainer.step(batch_of(), 1e-3).prediction.loss->total;
    EXPECT(last < wanted);
    return;
  }
  EXPECT(false);
}

TEST(a_head_for_months_helps_in_training_alone) {
  deeplasia::network::ExpectationConfig config;
  config.trunk.name = "convnextv2-atto";
  config.dropout = 0;
  config.members = 0;
  config.has_months = true;
  const auto module = with_rule_made_weights(deeplasia::network::build_expectation(config), 0.7);
  const auto batch = batch_of();
  const at::NoGradGuard no_gradients;
  const at::Tensor x = with_sex_plane(batch.x, steps()["female"].integers());
  const auto heads = module.get_method("forward_training")({x}).toTuple()->elements();
  const at::Tensor months = at::tensor(*batch.age);
  const at::Tensor own = (expected_ages(heads[0].toTensor().select(1, 0)) - months).abs().mean();
  const at::Tensor other = (heads[1].toTensor().select(1, 0) - months).abs().mean();
  EXPECT(std::abs(own.item<double>() - other.item<double>()) > 1);
  auto trainer = trainer_of(module);
  const auto found = trainer.evaluate(batch);
  const double wanted = (other.item<double>() + 0.4 * own.item<double>()) / 1.4;
  EXPECT(std::abs(found.loss->total - wanted) <= 1e-4 * wanted);
  const at::Tensor ages = expected_ages(module.get_method("forward")({x}).toTensor().select(1, 0));
  EXPECT(at::allclose(at::tensor(found.age), ages, 1e-5, 1e-3));
}

namespace {

/// Checks the output of a module for the small tensor of head/layers.json and the gradients of sum(y c), in
/// double, within 1e-5 of the largest value.
void check_layer_of_head(const char* name, torch::jit::Module layer, bool channels_last,
                         const std::map<std::string, at::Tensor>& parameters,
                         const std::map<std::string, std::string>& gradients) {
  static const Json all = Json::read(convnext_path("head/layers.json"));
  const auto ruled = [](const char* key, int64_t i) {
    return uniform(fnv1a64(std::string("1:layer:") + key), i);
  };
  at::Tensor x = at::empty({2, 5, 3, 4}, at::kDouble);
  for (int64_t i = 0; i < x.numel(); ++i)
    x.view({-1})[i] = static_cast<double>(static_cast<float>(4 * (ruled("x", i) - 0.5)));
  if (std::string(name) == "gem_all_negative") x = -x.abs();
  x.set_requires_grad(true);
  for (const auto& [key, value] : parameters) layer.setattr(key, value.set_requires_grad(true));
  const at::Tensor in = channels_last ? x.permute({0, 2, 3, 1}) : x;
  at::Tensor y = layer.forward({in}).toTensor();
  if (channels_last) y = y.permute({0, 3, 1, 2});
  at::Tensor c = at::empty(y.numel(), at::kDouble);
  for (int64_t i = 0; i < c.numel(); ++i) c[i] = 2 * ruled("c", i) - 1;
  (y.reshape(-1) * c).sum().backward();
  const Json& expected = all[name];
  const auto near = [&](const at::Tensor& found, const std::string& key) {
    const at::Tensor wanted = at::tensor(expected[key].numbers(), at::kDouble);
    const double difference = largest_difference(found.reshape(-1), wanted);
    if (!(difference <= 1e-5 * std::max(wanted.abs().max().item<double>(), 1e-6)))
      EXPECT_EQUAL(std::string(name) + " " + key, std::to_string(difference));
  };
  near(y.detach(), "y");
  near(x.grad(), "dx");
  for (const auto& [parameter, key] : gradients) near(layer.attr(parameter).toTensor().grad(), key);
}

at::Tensor ruled(const char* key, double scale, double shift) {
  at::Tensor values = at::empty({5}, at::kDouble);
  for (int64_t i = 0; i < 5; ++i)
    values[i] = static_cast<double>(
        static_cast<float>(scale * (uniform(fnv1a64(std::string("1:layer:") + key), i)) + shift));
  return values;
}

}  // namespace

TEST(layers_of_convnext_have_pytorch_s_gradients) {
  using namespace deeplasia::network;
  Author author;
  const auto trunk = convnext_trunk(author, {.name = "convnextv2-atto", .planes = 1, .has_matrices = {}});
  const std::map<std::string, std::string> both{{"weight", "dw"}, {"bias", "db"}};
  const at::Tensor bias = ruled("b", 0.2, -0.1);
  check_layer_of_head("grn", submodule(trunk->module, "stages.0.blocks.0.mlp.grn"), true,
                      {{"weight", ruled("w", 1, -0.5)}, {"bias", bias.clone()}}, both);
  check_layer_of_head("layer_norm_2d", channel_norm(author, 5), false,
                      {{"weight", ruled("w1", 0.5, 0.75)}, {"bias", bias.clone()}}, both);
  for (const auto& [name, p] : std::map<const char*, double>{{"gem_p3.0", 3.0}, {"gem_p2.7", 2.7}})
    check_layer_of_head(name, generalised_mean(author), false, {{"p", at::tensor({p}, at::kDouble)}},
                        {{"p", "dp"}});
}
