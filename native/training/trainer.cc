#include "training/trainer.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>
#include <mutex>
#include <utility>

#include "model/autocast.h"
#include "runtime/failure.h"
#include "runtime/threads.h"
#include "training/gradients.h"

namespace deeplasia::training {
namespace {

using model::Precision;
using runtime::CodedError;

std::optional<at::Tensor> tensor_of(const std::optional<std::vector<float>>& values, c10::Device device) {
  if (!values) return std::nullopt;
  return at::from_blob(const_cast<float*>(values->data()), {static_cast<int64_t>(values->size())}, at::kFloat)
      .clone()
      .to(device);
}

// Steps of the splitmix64 generator: neighbouring keys give unrelated seeds.
uint64_t mixed(uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> result;
  result.reserve(tensors.size());
  for (const at::Tensor& tensor : tensors) result.push_back(tensor.clone());
  return result;
}

void backward(const at::Tensor& loss) try { loss.backward(); } catch (const std::exception&) {
  const runtime::Failure failure = runtime::describe(std::current_exception());
  if (failure.code != "ERR_DEEPLASIA_INTERNAL")
    throw CodedError("ERR_DEEPLASIA_OUT_OF_MEMORY", failure.message);
  throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's backward failed: " + failure.message);
}

void copy_into(const std::vector<at::Tensor>& targets, const std::vector<at::Tensor>& values) {
  const at::NoGradGuard no_gradients;
  for (size_t i = 0; i < targets.size(); ++i) targets[i].copy_(values[i]);
}

}  // namespace

struct Trainer::Forward {
  Outputs outputs;
  Losses losses;  // undefined where there is no truth

  // Everything to the host at once: each transfer from a GPU waits for it.
  Prediction read() const {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& part : {outputs.age, outputs.sex_logit, losses.total, losses.age, losses.sex})
      if (part.defined()) parts.push_back(part.detach().flatten());
    const at::Tensor all = at::cat(parts).cpu();
    const float* next = all.const_data_ptr<float>();
    const auto rows = [&] {
      const float* start = std::exchange(next, next + outputs.age.numel());
      return std::vector<float>(start, next);
    };
    Prediction prediction;
    prediction.age = rows();
    if (outputs.sex_logit.defined()) prediction.sex_logit = rows();
    if (!losses.total.defined()) return prediction;
    prediction.loss = {next[0], next[1], {}};
    if (losses.sex.defined()) prediction.loss->sex = next[2];
    return prediction;
  }
};

Trainer::Trainer(torch::jit::Module module, const TrainerOptions& options)
    : options_(options), module_(std::move(module), options.device, options.frozen) {
  model::check_precision(options.device, options.precision);
  optimizer_ = Optimizer::create(options.optimizer, module_.learning());
  if (options.ema_decay) average_ = module_.twin();
}

// Dropout and drop-connect draw from the device's one generator, which others use too. Seeded by the step's
// number, it needs no place in the state: a step draws the same whatever was drawn before it.
void Trainer::seed_random_numbers() {
  at::Generator generator = at::globalContext().defaultGenerator(options_.device);
  const std::lock_guard lock(generator.mutex());
  generator.set_current_seed(mixed(mixed(options_.seed) ^ static_cast<uint64_t>(steps_)));
}

Trainer::Forward Trainer::forward(TrainableModule& module, const Examples& examples) {
  Forward result;
  {
    const model::AutocastGuard autocast(options_.device.type(), options_.precision);
    result.outputs = module.forward(examples.x, tensor_of(examples.sex, c10::kCPU));
  }
  if (!examples.age) return result;
  const Targets targets{*tensor_of(examples.age, options_.device),
                        tensor_of(examples.male, options_.device).value_or(at::Tensor())};
  result.losses =
      losses(result.outputs, targets, {options_.age_weight, options_.sex_weight, module.loss_weights()});
  return result;
}

StepResult Trainer::step(const Examples& examples, double learning_rate, bool update_now) {
  runtime::use_threads(options_.threads);
  const std::vector<at::Tensor> buffers_before = copies(module_.buffers());
  const auto roll_back = [&] {
    copy_into(module_.buffers(), buffers_before);
    drop_gradients();
  };
  StepResult result;
  try {
    seed_random_numbers();
    ++steps_;
    module_.train(true);
    Forward forward = this->forward(module_, examples);
    const double factor = (options_.precision == Precision::float16 ? scale_.factor() : 1.0) /
                          static_cast<double>(options_.accumulation);
    backward(factor == 1 ? forward.losses.total : forward.losses.total * factor);
    ++accumulated_;
    result.prediction = forward.read();
    if (!std::isfinite(result.prediction.loss->total))
      result.non_finite = NonFinite::loss;
    else if (update_now || accumulated_ >= options_.accumulation)
      update(result, learning_rate);
  } catch (...) {
    roll_back();
    throw;
  }
  if (result.non_finite != NonFinite::none) roll_back();
  return result;
}

void Trainer::update(StepResult& result, double learning_rate) {
  const at::NoGradGuard no_gradients;
  const std::vector<at::Tensor> all = gradients();
  const bool is_half = options_.precision == Precision::float16;
  if (is_half) multiply(all, 1 / scale_.factor());
  const double norm = norm_of(all).item<double>();
  result.gradient_norm = norm;
  if (is_half) scale_.update(!std::isfinite(norm));
  if (!std::isfinite(norm)) {
    result.non_finite = is_half ? NonFinite::overflow : NonFinite::gradients;
    return;
  }
  clip(all, options_.clipping, norm);
  optimizer_->step(learning_rate);
  if (average_) average();
  drop_gradients();
  result.updated = true;
}

// Buffers are copied: an average of running averages would lag behind twice.
void Trainer::average() {
  std::vector<at::Tensor> averages, parameters;
  for (const auto& [name, tensor] : average_->learning()) averages.push_back(tensor);
  for (const auto& [name, tensor] : module_.learning()) parameters.push_back(tensor);
  at::_foreach_lerp_(averages, parameters, 1 - *options_.ema_decay);
  copy_into(average_->buffers(), module_.buffers());
}

std::vector<at::Tensor> Trainer::gradients() const {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : module_.learning())
    if (tensor.grad().defined()) all.push_back(tensor.grad());
  return all;
}

void Trainer::drop_gradients() {
  for (const auto& [name, tensor] : module_.learning()) tensor.mutable_grad().reset();
  accumulated_ = 0;
}

Prediction Trainer::evaluate(const Examples& examples, bool averaged) {
  runtime::use_threads(options_.threads);
  const at::NoGradGuard no_gradients;
  TrainableModule& module = weights(averaged);
  module.train(false);
  return forward(module, examples).read();
}

TrainableModule& Trainer::weights(bool averaged) {
  if (averaged && !average_)
    throw CodedError("ERR_DEEPLASIA_OPTION", "no average of the weights is kept: train with an EMA decay");
  return averaged ? *average_ : module_;
}

void Trainer::save(const std::string& path, const std::string& manifest, bool averaged) {
  weights(averaged).save(path, manifest);
}

}  // namespace deeplasia::training
