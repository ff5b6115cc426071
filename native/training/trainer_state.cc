// The state of a trainer: what is saved and restored.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <charconv>

#include "runtime/failure.h"
#include "training/trainer.h"

namespace deeplasia::training {
namespace {

using runtime::CodedError;
using Facts = std::map<std::string, std::string>;

constexpr const char* kFormat = "1";
constexpr std::string_view kModel = "model.", kAverage = "average.", kGradient = "gradient.",
                           kOptimizer = "optimizer.";

const char* name_of(OptimizerOptions::Kind kind) {
  switch (kind) {
    case OptimizerOptions::Kind::adam:
      return "adam";
    case OptimizerOptions::Kind::adamw:
      return "adamw";
    case OptimizerOptions::Kind::sgd:
      return "sgd";
    case OptimizerOptions::Kind::rmsprop:
      return "rmsprop";
  }
  return "";
}

[[noreturn]] void unfit(const std::string& why) {
  throw CodedError("ERR_DEEPLASIA_RESUME", "the training state does not fit: " + why);
}

const std::string& fact(const Facts& facts, const char* name) {
  const auto found = facts.find(name);
  if (found == facts.end())
    throw CodedError(
        "ERR_DEEPLASIA_CHECKPOINT",
        std::string("this is not a training state, or it is damaged: '") + name + "' is missing");
  return found->second;
}

template <class Number>
Number number(const Facts& facts, const char* name) {
  const std::string& text = fact(facts, name);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw CodedError("ERR_DEEPLASIA_CHECKPOINT",
                     std::string("the training state is damaged: '") + name + "' is not a number");
  return value;
}

network::State section(const network::State& tensors, std::string_view prefix) {
  network::State found;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
  return found;
}

void append(network::State& all, std::string_view prefix, const network::State& more) {
  for (const auto& [name, tensor] : more) all.emplace_back(std::string(prefix) + name, tensor);
}

void assign(TrainableModule& module, const network::State& values) {
  const network::Mismatch mismatch = module.assign(values);
  if (!mismatch.missing.empty()) unfit(mismatch.missing.front() + " is missing");
  if (!mismatch.unexpected.empty()) unfit("the network has no " + mismatch.unexpected.front());
  if (!mismatch.shapes.empty()) unfit(mismatch.shapes.front().name + " has another shape");
}

void assign(Optimizer& optimizer, const network::State& values) {
  std::map<std::string, std::map<std::string, at::Tensor>> by_parameter;
  for (const auto& [name, tensor] : values) {
    const size_t dot = name.rfind('.');
    if (dot == std::string::npos) unfit("the optimiser has no " + name);
    by_parameter[name.substr(0, dot)].emplace(name.substr(dot + 1), tensor);
  }
  optimizer.forget();
  for (const auto& [parameter, kept] : by_parameter)
    if (!optimizer.adopt(parameter, kept)) unfit("the optimiser cannot use its state of " + parameter);
}

void assign_gradients(const network::State& parameters, const network::State& values) {
  for (const auto& [name, tensor] : parameters) tensor.mutable_grad().reset();
  for (const auto& [name, value] : values) {
    const std::string& wanted = name;
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& parameter) { return parameter.first == wanted; });
    if (found == parameters.end() || found->second.sizes() != value.sizes())
      unfit("no parameter matches the gradient of " + name);
    found->second.mutable_grad() = at::empty_like(found->second.detach()).copy_(value);
  }
}

}  // namespace

TrainingState Trainer::state() const {
  TrainingState all;
  append(all.tensors, kModel, module_.state());
  if (average_) append(all.tensors, kAverage, average_->state());
  append(all.tensors, kOptimizer, optimizer_->state());
  for (const auto& [name, tensor] : module_.learning())
    if (tensor.grad().defined()) all.tensors.emplace_back(std::string(kGradient) + name, tensor.grad());
  all.facts = {{"format", kFormat},
               {"optimizer", name_of(options_.optimizer.kind)},
               {"seed", std::to_string(options_.seed)},
               {"steps", std::to_string(steps_)},
               {"accumulated", std::to_string(accumulated_)},
               {"loss_scale_exponent", std::to_string(scale_.exponent)},
               {"good_updates", std::to_string(scale_.good_updates)}};
  return all;
}

void Trainer::apply(const TrainingState& saved) {
  const at::NoGradGuard no_gradients;
  if (fact(saved.facts, "format") != kFormat) unfit("its format has another version");
  if (fact(saved.facts, "optimizer") != name_of(options_.optimizer.kind))
    unfit("its optimiser is " + fact(saved.facts, "optimizer") + ", not " + name_of(options_.optimizer.kind));
  const network::State averages = section(saved.tensors, kAverage);
  if (averages.empty() == (average_ != nullptr))
    unfit(averages.empty() ? "it has no average of the weights (EMA)"
                           : "it has an average of the weights (EMA), but no EMA decay is set");
  assign(module_, section(saved.tensors, kModel));
  if (average_) assign(*average_, averages);
  assign(*optimizer_, section(saved.tensors, kOptimizer));
  assign_gradients(module_.learning(), section(saved.tensors, kGradient));
  options_.seed = number<uint64_t>(saved.facts, "seed");
  steps_ = number<int64_t>(saved.facts, "steps");
  accumulated_ = number<int64_t>(saved.facts, "accumulated");
  scale_ = {number<int>(saved.facts, "loss_scale_exponent"), number<int64_t>(saved.facts, "good_updates")};
}

void Trainer::restore(const TrainingState& saved) {
  TrainingState before = state();
  for (auto& [name, tensor] : before.tensors) tensor = tensor.detach().clone();
  try {
    apply(saved);
  } catch (...) {
    apply(before);
    throw;
  }
}

int64_t Trainer::bytes() const {
  int64_t total = 0;
  for (const auto& [name, tensor] : module_.state()) total += static_cast<int64_t>(tensor.nbytes());
  constexpr int64_t kGradientsAndOptimizer = 3;  // per parameter: its gradient and at most two tensors
  return total * (1 + kGradientsAndOptimizer + (average_ ? 1 : 0));
}

}  // namespace deeplasia::training
