#include "training/trainer.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>

#include <cmath>
#include <mutex>
#include <utility>

#include "distributed/peers.h"
#include "distributed/sync_batch_norm.h"
#include "runtime/autocast.h"
#include "runtime/failure.h"
#include "runtime/threads.h"
#include "training/gradients.h"
#include "training/mask_loss.h"

namespace deeplasia::training {
namespace {

using runtime::CodedError;
using runtime::Precision;

std::optional<at::Tensor> tensor_of(const std::optional<std::vector<float>>& values, c10::Device device) {
  if (!values) return std::nullopt;
  return at::from_blob(const_cast<float*>(values->data()), {static_cast<int64_t>(values->size())}, at::kFloat)
      .clone()
      .to(device);
}

// One step of the splitmix64 generator: neighbouring keys give unrelated seeds.
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

void backward(const at::Tensor& loss) try { loss.backward(); } catch (const CodedError&) {
  throw;  // from a hook that sends gradients
} catch (const std::exception&) {
  const runtime::Failure failure = runtime::describe(std::current_exception());
  if (failure.code != "ERR_DEEPLASIA_INTERNAL")
    throw CodedError("ERR_DEEPLASIA_OUT_OF_MEMORY", failure.message);
  throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's backward failed: " + failure.message);
}

void copy_into(const std::vector<at::Tensor>& targets, const std::vector<at::Tensor>& values) {
  const at::NoGradGuard no_gradients;
  for (size_t i = 0; i < targets.size(); ++i) targets[i].copy_(values[i]);
}

// Returns a batch of one black picture, so that a rank without pictures runs the same operations as the
// others.
Examples stand_in(const Examples& none) {
  const auto& x = none.x;
  Examples one{at::zeros({1, x.size(1), x.size(2), x.size(3)}, x.options()), {}, {}, {}};
  const std::vector<float> zero{0};
  if (none.sex) one.sex = zero;
  if (none.age) one.age = zero;
  if (none.male) one.male = zero;
  if (none.mask.defined()) one.mask = at::zeros({1, 1, x.size(2), x.size(3)}, x.options());
  return one;
}

}  // namespace

struct Trainer::Forward {
  Outputs outputs;
  Losses losses;    // undefined if the truth is unknown
  at::Tensor dice;  // [B], of a mask network whose true masks are known

  // Copies everything to the host in one transfer, because each transfer waits for the GPU.
  Prediction read() const {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& part :
         {outputs.age, outputs.sex_logit, dice, losses.total, losses.age, losses.sex})
      if (part.defined()) parts.push_back(part.detach().flatten());
    Prediction prediction;
    if (parts.empty()) return prediction;
    const at::Tensor all = at::cat(parts).cpu();
    const float* next = all.const_data_ptr<float>();
    const auto rows = [&](const at::Tensor& part) {
      const float* start = std::exchange(next, next + part.numel());
      return std::vector<float>(start, next);
    };
    if (outputs.age.defined()) prediction.age = rows(outputs.age);
    if (outputs.sex_logit.defined()) prediction.sex_logit = rows(outputs.sex_logit);
    if (dice.defined()) prediction.dice = rows(dice);
    if (!losses.total.defined()) return prediction;
    prediction.loss = {*next++, {}, {}};
    if (losses.age.defined()) prediction.loss->age = *next++;
    if (losses.sex.defined()) prediction.loss->sex = *next++;
    return prediction;
  }
};

Trainer::Trainer(torch::jit::Module module, const TrainerOptions& options)
    : options_(options),
      module_(std::move(module), options.device, options.frozen, {options.sex_plane, options.age_bins}) {
  runtime::check_precision(options.device, options.precision);
  if (options.drop_connect) module_.set_drop_connect(*options.drop_connect);
  optimizer_ = Optimizer::create(options.optimizer, module_.learning());
  if (options.ema_decay) average_ = module_.twin();
}

Trainer::~Trainer() = default;

// Dropout and drop-connect draw from the device's only generator, which other code uses too. Each step seeds
// it by its number, so the generator need not be in the state: a step draws the same numbers whatever was
// drawn before it.
void Trainer::seed_random_numbers() {
  at::Generator generator = at::globalContext().defaultGenerator(options_.device);
  const std::lock_guard lock(generator.mutex());
  // Each rank draws from a sequence of its own.
  const uint64_t rank = peers_ ? static_cast<uint64_t>(peers_->group().rank()) << 48 : 0;
  generator.set_current_seed(mixed(mixed(options_.seed) ^ static_cast<uint64_t>(steps_) ^ rank));
}

Trainer::Forward Trainer::forward(TrainableModule& module, const Examples& examples) {
  Forward result;
  {
    const runtime::AutocastGuard autocast(options_.device.type(), options_.precision);
    result.outputs = module.forward(examples.x, examples.sex);
  }
  if (result.outputs.mask_logits.defined() != examples.mask.defined() &&
      (examples.age || examples.mask.defined()))
    throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", examples.mask.defined()
                                                      ? "the model returns no mask, [B, 2, H, W]"
                                                      : "the model returns a mask, not an age");
  if (examples.mask.defined()) {
    const at::Tensor mask = examples.mask.to(options_.device);
    result.losses.total = mask_loss(result.outputs.mask_logits, mask);
    result.dice = dice(result.outputs.mask_logits, mask);
    return result;
  }
  if (!examples.age) return result;
  const Targets targets{
      .age = *tensor_of(examples.age, options_.device),
      .male = tensor_of(examples.male, options_.device).value_or(at::Tensor()),
  };
  result.losses =
      losses(result.outputs, targets, {options_.age_weight, options_.sex_weight, module.loss_weights()});
  return result;
}

StepResult Trainer::step(const Examples& examples, double learning_rate, bool update_now,
                         const std::vector<double>& notes) {
  runtime::use_threads(options_.threads);
  const std::vector<at::Tensor> buffers_before = copies(module_.buffers());
  const auto roll_back = [&] {
    copy_into(module_.buffers(), buffers_before);
    drop_gradients();
  };
  StepResult result;
  const int64_t rows = examples.x.size(0);
  try {
    const int64_t all_rows = peers_ ? peers_->count(rows) : rows;
    if (peers_ && all_rows == 0) return exchange(result.prediction, rows, notes), result;
    seed_random_numbers();
    ++steps_;
    module_.train(true);
    Forward forward = [&] {
      const distributed::SyncBatchNorm norms(sync_batch_norm_ ? &peers_->group() : nullptr, rows > 0);
      return this->forward(module_, rows > 0 ? examples : stand_in(examples));
    }();
    const bool is_due = update_now || accumulated_ + 1 >= options_.accumulation;
    if (peers_ && is_due) peers_->gradients().arm();
    // The mean over the whole batch is the sum of the ranks' means, weighted by their shares of the batch.
    const double share = static_cast<double>(rows) / static_cast<double>(all_rows);
    const double factor = share * (options_.precision == Precision::float16 ? scale_.factor() : 1.0) /
                          static_cast<double>(options_.accumulation);
    backward(factor == 1 ? forward.losses.total : forward.losses.total * factor);
    ++accumulated_;
    if (rows == 0 && !sync_batch_norm_) copy_into(module_.buffers(), buffers_before);
    // PyTorch's DistributedDataParallel broadcasts before each forward. Here it follows the forward, so that
    // validation and average also use the same buffers.
    if (peers_) peers_->group().broadcast(module_.buffers());
    if (peers_ && is_due) peers_->gradients().finish();
    if (rows > 0) result.prediction = forward.read();
    if (!std::isfinite(exchange(result.prediction, rows, notes)))
      result.non_finite = NonFinite::loss;
    else if (is_due)
      update(result, learning_rate);
  } catch (...) {
    if (peers_) peers_->gradients().disarm();
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

// Buffers are copied: an average of running averages would lag twice.
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

Prediction Trainer::evaluate(const Examples& examples, bool averaged, const std::vector<double>& notes) {
  runtime::use_threads(options_.threads);
  const at::NoGradGuard no_gradients;
  TrainableModule& module = weights(averaged);
  module.train(false);
  const int64_t rows = examples.x.size(0);
  Prediction prediction;
  if (rows > 0 || !peers_) prediction = forward(module, examples).read();
  exchange(prediction, rows, notes);
  return prediction;
}

TrainableModule& Trainer::weights(bool averaged) {
  if (averaged && !average_)
    throw CodedError("ERR_DEEPLASIA_OPTION",
                     "no average of the weights is available: train with an EMA decay");
  return averaged ? *average_ : module_;
}

void Trainer::save(const std::string& path, const std::string& manifest, bool averaged) {
  weights(averaged).save(path, manifest);
}

}  // namespace deeplasia::training
