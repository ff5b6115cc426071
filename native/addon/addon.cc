// The export table. src/native.ts has its types; a test compares the two.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Logging.h>
#include <napi.h>
#include <torch/version.h>

#include <string>

#include "addon/environment.h"
#include "addon/exports.h"
#include "addon/handle_kinds.h"
#include "addon/promise_task.h"
#include "addon/values.h"
#include "runtime/device.h"
#include "runtime/precision.h"
#include "runtime/queues.h"

namespace deeplasia::addon {
namespace {

Napi::Value build_info(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("libtorchCompiled", TORCH_VERSION);
  result.Set("hasCuda", at::globalContext().hasCUDA());
  result.Set("cpuHasBf16", runtime::cpu_has_bf16());
  result.Set("parallelInfo", at::get_parallel_info());
  return result;
}

Napi::Value devices(const Napi::CallbackInfo& info) {
  Napi::Array result = Napi::Array::New(info.Env());
  const auto add = [&](const std::string& name, const std::string& description) {
    Napi::Object device = Napi::Object::New(info.Env());
    device.Set("name", name);
    device.Set("description", description);
    result.Set(result.Length(), device);
  };
  add("cpu", std::to_string(at::get_num_threads()) + " threads");
  for (int i = 0; i < runtime::cuda_device_count(); ++i) add("cuda:" + std::to_string(i), "CUDA device");
  return result;
}

Napi::Value set_workers_count(const Napi::CallbackInfo& info) {
  runtime::set_workers(static_cast<int>(integer_argument(info, 0, "count")));
  return info.Env().Undefined();
}

Napi::Value dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsExternal()) throw Napi::TypeError::New(env, "not a handle");
  const auto external = info[0].As<Napi::External<HandleBase>>();
  const auto is = [&](const napi_type_tag& tag) { return external.CheckTypeTag(&tag); };
  if (!is(HandleKind<inference::Model>::tag) && !is(HandleKind<inference::Batch>::tag) &&
      !is(HandleKind<CheckpointTensors>::tag) && !is(HandleKind<Network>::tag) &&
      !is(HandleKind<training::Trainer>::tag) && !is(HandleKind<distributed::Group>::tag) &&
      !is(HandleKind<inference::Saliency>::tag))
    throw Napi::TypeError::New(env, "not a handle of this package");
  return external.Data()->dispose(env);
}

// No C++ exception may leave a callback: each becomes an Error with a code.
template <Napi::Value (*function)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return function(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw to_js_error(info.Env(), runtime::describe(std::current_exception()));
  }
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  Environment::create(env, &Job::settle);
  // Applies TORCH_CPP_LOG_LEVEL, which native/bootstrap sets and C++ programs otherwise ignore.
  c10::initLogging();
  exports.Set("buildInfo", Napi::Function::New(env, guarded<build_info>));
  exports.Set("devices", Napi::Function::New(env, guarded<devices>));
  exports.Set("setWorkers", Napi::Function::New(env, guarded<set_workers_count>));
  exports.Set("loadModel", Napi::Function::New(env, guarded<load_model>));
  exports.Set("modelFacts", Napi::Function::New(env, guarded<model_facts>));
  exports.Set("forward", Napi::Function::New(env, guarded<forward>));
  exports.Set("createBatch", Napi::Function::New(env, guarded<create_batch>));
  exports.Set("fillSlot", Napi::Function::New(env, guarded<fill_slot>));
  exports.Set("preparePicture", Napi::Function::New(env, guarded<prepare_picture>));
  exports.Set("fillTarget", Napi::Function::New(env, guarded<fill_target>));
  exports.Set("predict", Napi::Function::New(env, guarded<predict>));
  exports.Set("predictValues", Napi::Function::New(env, guarded<predict_values>));
  exports.Set("tryBlank", Napi::Function::New(env, guarded<try_blank>));
  exports.Set("loadSaliency", Napi::Function::New(env, guarded<load_saliency>));
  exports.Set("drawSaliency", Napi::Function::New(env, guarded<draw_saliency>));
  exports.Set("readBatch", Napi::Function::New(env, guarded<read_batch>));
  exports.Set("release", Napi::Function::New(env, guarded<release>));
  exports.Set("dispose", Napi::Function::New(env, guarded<dispose>));
  exports.Set("modelFileKind", Napi::Function::New(env, guarded<model_file_kind>));
  exports.Set("readCheckpoint", Napi::Function::New(env, guarded<read_checkpoint>));
  exports.Set("backbones", Napi::Function::New(env, guarded<backbones>));
  exports.Set("buildNetwork", Napi::Function::New(env, guarded<build_network>));
  exports.Set("buildMaskNetwork", Napi::Function::New(env, guarded<build_mask_network>));
  exports.Set("buildExpectationNetwork", Napi::Function::New(env, guarded<build_expectation_network>));
  exports.Set("buildCropper", Napi::Function::New(env, guarded<build_cropper>));
  exports.Set("networkTensors", Napi::Function::New(env, guarded<network_tensors>));
  exports.Set("initialiseNetwork", Napi::Function::New(env, guarded<initialise_network>));
  exports.Set("assignTensors", Napi::Function::New(env, guarded<assign_tensors>));
  exports.Set("saveNetwork", Napi::Function::New(env, guarded<save_network>));
  exports.Set("saveTensors", Napi::Function::New(env, guarded<save_tensors>));
  exports.Set("predictMasks", Napi::Function::New(env, guarded<predict_masks>));
  exports.Set("findHand", Napi::Function::New(env, guarded<find_hand>));
  exports.Set("createTrainer", Napi::Function::New(env, guarded<create_trainer>));
  exports.Set("trainerFacts", Napi::Function::New(env, guarded<trainer_facts>));
  exports.Set("trainStep", Napi::Function::New(env, guarded<train_step>));
  exports.Set("evaluateStep", Napi::Function::New(env, guarded<evaluate_step>));
  exports.Set("saveTrained", Napi::Function::New(env, guarded<save_trained>));
  exports.Set("saveTraining", Napi::Function::New(env, guarded<save_training>));
  exports.Set("restoreTraining", Napi::Function::New(env, guarded<restore_training>));
  exports.Set("adoptOptimizer", Napi::Function::New(env, guarded<adopt_optimizer>));
  exports.Set("joinGroup", Napi::Function::New(env, guarded<join_group>));
  exports.Set("gatherTexts", Napi::Function::New(env, guarded<gather_texts>));
  exports.Set("closeGroup", Napi::Function::New(env, guarded<close_group>));
  exports.Set("leaveGroup", Napi::Function::New(env, guarded<leave_group>));
  exports.Set("joinTrainers", Napi::Function::New(env, guarded<join_trainers>));
  exports.Set("synchroniseTrainers", Napi::Function::New(env, guarded<synchronise_trainers>));
  exports.Set("gatherGradients", Napi::Function::New(env, guarded<gather_gradients>));
  exports.Set("decodePng", Napi::Function::New(env, guarded<decode_png>));
  exports.Set("drawPhantom", Napi::Function::New(env, guarded<draw_phantom>));
  exports.Set("readExtraFile", Napi::Function::New(env, guarded<read_extra_file>));
  exports.Set("halveArchive", Napi::Function::New(env, guarded<halve_archive>));
  exports.Set("writeExtraFile", Napi::Function::New(env, guarded<write_extra_file>));
  return exports;
}

}  // namespace

NODE_API_MODULE(deeplasia_core, initialise)

}  // namespace deeplasia::addon
