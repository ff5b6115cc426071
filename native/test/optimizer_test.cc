// Tests the optimisers against torch.optim's own, in test/fixtures/optimizers; make.py there computed them.
#include "training/optimizer.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

#include "check.h"
#include "json.h"
#include "training/gradients.h"
#include "training/loss_scale.h"

using namespace deeplasia::test;
using namespace deeplasia::training;
using deeplasia::network::State;

namespace {

double get(const Json& object, const char* key) { return object.has(key) ? object[key].number() : 0; }

OptimizerOptions options_of(const Json& entry) {
  using Kind = OptimizerOptions::Kind;
  const std::map<std::string, Kind> kinds{
      {"adam", Kind::adam}, {"adamw", Kind::adamw}, {"sgd", Kind::sgd}, {"rmsprop", Kind::rmsprop}};
  const Json& given = entry["options"];
  OptimizerOptions options{};
  options.kind = kinds.at(entry["optimizer"].text());
  options.weight_decay = get(given, "weight_decay");
  if (given.has("betas"))
    options.beta1 = given["betas"][0].number(), options.beta2 = given["betas"][1].number();
  options.eps = get(given, "eps");
  options.momentum = get(given, "momentum");
  options.dampening = get(given, "dampening");
  options.nesterov = given.has("nesterov");
  options.alpha = get(given, "alpha");
  options.amsgrad = given.has("amsgrad");
  options.centered = given.has("centered");
  return options;
}

State fresh_parameters() {
  return {{"first", at::linspace(-1, 1, 6).view({2, 3}).set_requires_grad(true)},
          {"second", at::linspace(2, 3, 3).set_requires_grad(true)}};
}

void set_gradients(const State& parameters, int t) {
  parameters[0].second.mutable_grad() = at::sin(at::arange(6.0, at::kFloat) + 3 * t).view({2, 3}) / 2;
  const bool has_none = t == 0 || t == 3;
  parameters[1].second.mutable_grad() =
      has_none ? at::Tensor() : at::cos(2 * at::arange(3.0, at::kFloat) + t) / 4;
}

void run(Optimizer& optimizer, const State& parameters, double learning_rate, int from, int to) {
  for (int t = from; t < to; ++t) {
    set_gradients(parameters, t);
    optimizer.step(t < 5 ? learning_rate : learning_rate / 10);
  }
}

at::Tensor all_of(const State& parameters) {
  return at::cat({parameters[0].second.detach().flatten(), parameters[1].second.detach()});
}

const Json& entries() {
  static const Json all = Json::read(DEEPLASIA_FIXTURES "/optimizers/expected.json");
  return all;
}

}  // namespace

TEST(optimisers_do_what_torch_optim_does) {
  for (const Json& entry : entries().items()) {
    const State parameters = fresh_parameters();
    const auto optimizer = Optimizer::create(options_of(entry), parameters);
    run(*optimizer, parameters, entry["options"]["lr"].number(), 0, 8);
    const at::Tensor expected = at::tensor(entry["parameters"].numbers(), at::kFloat);
    const double difference = (all_of(parameters) - expected).abs().max().item<double>();
    if (!(difference < 2e-6))
      EXPECT_EQUAL(entry["case"].text() + " differs by " + std::to_string(difference), "less");
  }
}

TEST(the_state_of_an_optimiser_can_be_passed_on) {
  for (const Json& entry : entries().items()) {
    const double learning_rate = entry["options"]["lr"].number();
    const State one = fresh_parameters(), other = fresh_parameters();
    const auto whole = Optimizer::create(options_of(entry), one),
               first = Optimizer::create(options_of(entry), other);
    run(*whole, one, learning_rate, 0, 8);
    run(*first, other, learning_rate, 0, 2);
    const auto second = Optimizer::create(options_of(entry), other);
    std::map<std::string, std::map<std::string, at::Tensor>> kept;
    for (const auto& [name, tensor] : first->state()) {
      const size_t dot = name.find('.');
      kept[name.substr(0, dot)][name.substr(dot + 1)] = tensor;
    }
    for (const auto& [parameter, values] : kept) EXPECT(second->adopt(parameter, values));
    run(*second, other, learning_rate, 2, 8);
    EXPECT(at::equal(all_of(one), all_of(other)));
  }
}

TEST(a_state_that_does_not_fit_an_optimiser_is_refused) {
  OptimizerOptions options = options_of(entries()[0]);
  const auto optimizer = Optimizer::create(options, fresh_parameters());
  const at::Tensor step = at::scalar_tensor(3), right = at::ones({3}), wrong = at::ones({1, 3});
  const auto adopt = [&](const char* parameter, const at::Tensor& average) {
    return optimizer->adopt(parameter, {{"step", step}, {"exp_avg", average}, {"exp_avg_sq", right}});
  };
  EXPECT(!adopt("third", right));
  EXPECT(!adopt("second", wrong));
  EXPECT(!optimizer->adopt("second", {{"step", step}, {"exp_avg", right}}));
  EXPECT(optimizer->state().empty());
  EXPECT(adopt("second", right));
  EXPECT_EQUAL(optimizer->state().size(), 3U);
}

TEST(clipping_is_by_the_norm_of_all_or_by_value) {
  const auto gradients = [] {
    return std::vector<at::Tensor>{at::tensor({3.0F, 0.5F}), at::tensor({-4.0F})};
  };
  const auto clipped = [&](Clipping::Kind kind, double limit) {
    const std::vector<at::Tensor> all = gradients();
    clip(all, {kind, limit}, norm_of(all).item<double>());
    return at::cat(all);
  };
  const double norm = std::sqrt(9 + 0.25 + 16);
  EXPECT(std::abs(norm_of(gradients()).item<double>() - norm) < 1e-6);
  const at::Tensor plain = at::cat(gradients());
  EXPECT(at::allclose(clipped(Clipping::Kind::norm, 1), plain / norm, 1e-5, 0));
  EXPECT(at::equal(clipped(Clipping::Kind::norm, 6), plain));
  EXPECT(at::equal(clipped(Clipping::Kind::none, 1), plain));
  EXPECT(at::equal(clipped(Clipping::Kind::value, 1), at::tensor({1.0F, 0.5F, -1.0F})));
}

TEST(the_norm_shows_what_is_not_finite) {
  for (const float value : {NAN, INFINITY})
    EXPECT(!std::isfinite(norm_of({at::ones({5}), at::tensor({1.0F, value})}).item<double>()));
}

TEST(the_loss_scale_halves_at_once_and_doubles_slowly) {
  LossScale scale;
  EXPECT_EQUAL(scale.factor(), 65536);
  scale.update(true);
  EXPECT_EQUAL(scale.factor(), 32768);
  for (int i = 0; i < 1999; ++i) scale.update(false);
  EXPECT_EQUAL(scale.factor(), 32768);
  scale.update(false);
  EXPECT_EQUAL(scale.factor(), 65536);
  for (int i = 0; i < 1999; ++i) scale.update(false);
  scale.update(true);
  for (int i = 0; i < 1999; ++i) scale.update(false);
  EXPECT_EQUAL(scale.factor(), 32768);
}
