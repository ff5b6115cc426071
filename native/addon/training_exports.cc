#include <ATen/core/grad_mode.h>
#include <torch/script.h>

#include <functional>
#include <utility>

#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/options.h"
#include "addon/promise_task.h"
#include "addon/trainer_task.h"
#include "addon/values.h"
#include "archive/read_module.h"
#include "runtime/queues.h"
#include "training/lightning.h"
#include "training/state_file.h"

namespace deeplasia::addon {
namespace {

using training::Trainer;
using TrainerPointer = std::shared_ptr<Trainer>;

// Pictures that come as a tensor or as slots of a batch. `get` is called on the compute thread.
struct Input {
  std::function<at::Tensor(c10::Device)> get;
  size_t rows;
};

Input slots_input(const Napi::Object& object, Uses& uses) {
  auto& handle = Handle<inference::Batch>::from(object.Get("batch"));
  const auto slots = addon::slots(object);
  const int64_t channels = integer(object, "channels");
  const auto how = normalisation(object.Get("normalisation").As<Napi::Object>());
  uses.values.push_back(object.Get("batch"));
  uses.handles.push_back(&handle);
  return {[=, batch = handle.value()](c10::Device device) {
            const at::NoGradGuard no_gradients;
            return batch->gather(slots, channels, how, device);
          },
          slots.size()};
}

Input input_of(const Napi::Object& object, Uses& uses) {
  if (object.Has("batch")) return slots_input(object, uses);
  at::Tensor x = pictures(object);
  const auto rows = static_cast<size_t>(x.size(0));
  return {[x = std::move(x)](c10::Device) -> at::Tensor { return x; }, rows};
}

Input input_argument(const Napi::CallbackInfo& info, size_t index, Uses& uses) {
  return input_of(object_argument(info, index, "input"), uses);
}

// Returns the true masks, or nothing if the examples have none.
std::optional<Input> masks_argument(const Napi::CallbackInfo& info, size_t index, size_t rows, Uses& uses) {
  const auto object = object_or_null(object_argument(info, index, "examples"), "mask");
  if (!object) return std::nullopt;
  Input masks = input_of(*object, uses);
  if (masks.rows != rows) throw Napi::TypeError::New(info.Env(), "there must be as many masks as pictures");
  return masks;
}

training::Examples examples_argument(const Napi::CallbackInfo& info, size_t index, size_t rows) {
  const Napi::Object object = object_argument(info, index, "examples");
  return {
      .x = {},
      .sex = floats(object, "sex", rows),
      .age = floats(object, "age", rows),
      .male = floats(object, "male", rows),
  };
}

Napi::Value float_array(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

Napi::Value double_array(Napi::Env env, const std::vector<double>& values) {
  auto array = Napi::Float64Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

Napi::Value number_or_null(Napi::Env env, const std::optional<double>& value) {
  return value ? Napi::Number::New(env, *value) : env.Null();
}

Napi::Object prediction_to_js(Napi::Env env, const training::Prediction& prediction) {
  const auto& loss = prediction.loss;
  Napi::Object result = Napi::Object::New(env);
  result.Set("ageZ", float_array(env, prediction.age));
  result.Set("sexLogit", prediction.sex_logit ? float_array(env, *prediction.sex_logit) : env.Null());
  result.Set("dice", prediction.dice ? float_array(env, *prediction.dice) : env.Null());
  result.Set("loss", loss ? Napi::Number::New(env, loss->total) : env.Null());
  result.Set("ageLoss", number_or_null(env, loss ? loss->age : std::nullopt));
  result.Set("sexLoss", number_or_null(env, loss ? loss->sex : std::nullopt));
  result.Set("exchanged", double_array(env, prediction.exchanged));
  return result;
}

Napi::Value step_to_js(Napi::Env env, const training::StepResult& step) {
  using training::NonFinite;
  Napi::Object result = prediction_to_js(env, step.prediction);
  result.Set("updated", step.updated);
  result.Set("gradNorm", number_or_null(env, step.gradient_norm));
  result.Set("nonFinite", env.Null());
  if (step.non_finite == NonFinite::loss) result.Set("nonFinite", "loss");
  if (step.non_finite == NonFinite::gradients) result.Set("nonFinite", "gradients");
  if (step.non_finite == NonFinite::overflow) result.Set("nonFinite", "overflow");
  return result;
}

}  // namespace

// Loads a file, or takes ownership of a network.
Napi::Value create_trainer(const Napi::CallbackInfo& info) {
  const auto settings = object_argument(info, 1, "settings");
  const auto options = trainer_options(settings);
  const std::string digest = text(settings, "weightsDigest");
  auto& queue = runtime::compute_queue(options.device.str());
  const auto to_handle = [](Napi::Env env, const TrainerPointer& trainer) {
    return Handle<Trainer>::create(env, trainer, trainer->bytes());
  };
  if (info[0].IsExternal()) {
    auto& handle = Handle<Network>::from(info[0]);
    return promise(
        info.Env(), queue, {{info[0]}, {&handle}},
        [network = handle.value(), options, digest] {
          archive::require_weights(network->module(), digest);
          return std::make_shared<Trainer>(network->take(), options);
        },
        to_handle);
  }
  const std::string path = text_argument(info, 0, "model");
  return promise(
      info.Env(), queue, {},
      [path, options, trust = trust(settings), digest] {
        torch::jit::Module module = archive::read_module(path, trust);
        archive::require_weights(module, digest);
        return std::make_shared<Trainer>(std::move(module), options);
      },
      to_handle);
}

Napi::Value trainer_facts(const Napi::CallbackInfo& info) {
  const Trainer& trainer = *Handle<Trainer>::from(info[0]).value();
  double learning = 0;
  for (const auto& [name, tensor] : trainer.module().learning())
    learning += static_cast<double>(tensor.numel());
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("inputs", static_cast<double>(trainer.module().inputs()));
  result.Set("learning", learning);
  result.Set("lossWeights", info.Env().Null());
  if (const at::Tensor weights = trainer.module().loss_weights(); weights.defined()) {
    const at::Tensor values = weights.detach().cpu().contiguous();
    const float* first = values.const_data_ptr<float>();
    result.Set("lossWeights", float_array(info.Env(), {first, first + values.numel()}));
  }
  return result;
}

Napi::Value train_step(const Napi::CallbackInfo& info) {
  Uses uses;
  const Input input = input_argument(info, 1, uses);
  const auto examples = examples_argument(info, 2, input.rows);
  const auto masks = masks_argument(info, 2, input.rows, uses);
  const double learning_rate = number_argument(info, 3, "learningRate");
  const auto accumulation = static_cast<int64_t>(number_argument(info, 4, "accumulation"));
  const bool update_now = boolean_argument(info, 5, "updateNow");
  const std::vector<double> notes = numbers_argument(info, 6, "notes");
  if (!examples.age && !masks) throw Napi::TypeError::New(info.Env(), "age or mask must be given");
  return trainer_task(
      info, uses,
      [=](Trainer& trainer) {
        training::Examples complete = examples;
        complete.x = input.get(trainer.options().device);
        if (masks) complete.mask = masks->get(trainer.options().device);
        trainer.accumulate(accumulation);
        return trainer.step(complete, learning_rate, update_now, notes);
      },
      step_to_js);
}

Napi::Value evaluate_step(const Napi::CallbackInfo& info) {
  Uses uses;
  const Input input = input_argument(info, 1, uses);
  const auto examples = examples_argument(info, 2, input.rows);
  const auto masks = masks_argument(info, 2, input.rows, uses);
  const bool averaged = boolean_argument(info, 3, "averaged");
  const std::vector<double> notes = numbers_argument(info, 4, "notes");
  return trainer_task(
      info, uses,
      [=](Trainer& trainer) {
        training::Examples complete = examples;
        complete.x = input.get(trainer.options().device);
        if (masks) complete.mask = masks->get(trainer.options().device);
        return trainer.evaluate(complete, averaged, notes);
      },
      prediction_to_js);
}

Napi::Value save_trained(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 1, "path");
  const std::string manifest = text_argument(info, 2, "manifest");
  const bool averaged = boolean_argument(info, 3, "averaged");
  return trainer_task(
      info, {}, [=](Trainer& trainer) { return trainer.save(path, manifest, averaged), true; }, to_undefined);
}

Napi::Value save_training(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 1, "path");
  const std::string notes = text_argument(info, 2, "notes");
  return trainer_task(
      info, {}, [=](Trainer& trainer) { return training::write_state(path, trainer.state(), notes), true; },
      to_undefined);
}

Napi::Value restore_training(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 1, "path");
  return trainer_task(
      info, {},
      [=](Trainer& trainer) {
        training::SavedState saved = training::read_state(path);
        trainer.restore(saved.state);
        return std::move(saved.notes);
      },
      [](Napi::Env env, const std::string& notes) -> Napi::Value { return Napi::String::New(env, notes); });
}

Napi::Value adopt_optimizer(const Napi::CallbackInfo& info) {
  const std::string path = text_argument(info, 1, "checkpoint");
  return trainer_task(
      info, {}, [=](Trainer& trainer) { return training::adopt_lightning(path, trainer); },
      [](Napi::Env env, int64_t adopted) -> Napi::Value {
        return Napi::Number::New(env, static_cast<double>(adopted));
      });
}

}  // namespace deeplasia::addon
