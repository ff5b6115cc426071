#pragma once

#include <napi.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <utility>

#include "addon/handle.h"
#include "checkpoint/tensor.h"
#include "inference/batch.h"
#include "inference/runner.h"
#include "model/model.h"
#include "training/trainer.h"

// The functions of the export table (addon.cc), by file. Signatures as JS sees them: src/native.ts.
namespace deeplasia::distributed {
class Group;
}

namespace deeplasia::addon {

// The tensors of a checkpoint, in the order of its description.
struct CheckpointTensors {
  std::vector<std::shared_ptr<checkpoint::Tensor>> tensors;
};

// A network under construction; nothing once a model has taken it over.
struct Network {
  std::optional<torch::jit::Module> held;

  // Throws CodedError ERR_DEEPLASIA_DISPOSED.
  torch::jit::Module& module() {
    if (!held) throw runtime::CodedError("ERR_DEEPLASIA_DISPOSED", "the network was made a model");
    return *held;
  }
  torch::jit::Module take() {
    torch::jit::Module taken = std::move(module());
    held.reset();
    return taken;
  }
};

template <>
struct HandleKind<model::Model> {
  static constexpr napi_type_tag tag = {0x9d0f3c5be1a74d21, 0xa6c84f17d35e2b90};
  static constexpr const char* name = "model";
};
template <>
struct HandleKind<inference::Batch> {
  static constexpr napi_type_tag tag = {0x41b7e86f02d94ac3, 0x8e5a19d7fc306b24};
  static constexpr const char* name = "batch";
};
template <>
struct HandleKind<CheckpointTensors> {
  static constexpr napi_type_tag tag = {0x5f8c21d97b3e4a06, 0xb90d6e13c4f7a852};
  static constexpr const char* name = "checkpoint";
};
template <>
struct HandleKind<Network> {
  static constexpr napi_type_tag tag = {0xc3a7490e6d1f5b28, 0x7216f8be05d9c34a};
  static constexpr const char* name = "network";
};
template <>
struct HandleKind<training::Trainer> {
  static constexpr napi_type_tag tag = {0x6f2c91d4a83e57b0, 0xb3907e4d16c8fa52};
  static constexpr const char* name = "trainer";
};
template <>
struct HandleKind<distributed::Group> {
  static constexpr napi_type_tag tag = {0x2d94b7f3061ea85c, 0x98c1f05e7a3db642};
  static constexpr const char* name = "group";
};

// model.cc
Napi::Value load_model(const Napi::CallbackInfo& info);
Napi::Value model_facts(const Napi::CallbackInfo& info);
Napi::Value forward(const Napi::CallbackInfo& info);
Napi::Value predict(const Napi::CallbackInfo& info);
Napi::Value try_blank(const Napi::CallbackInfo& info);
// batch.cc
Napi::Value create_batch(const Napi::CallbackInfo& info);
Napi::Value fill_slot(const Napi::CallbackInfo& info);
Napi::Value fill_target(const Napi::CallbackInfo& info);
Napi::Value read_batch(const Napi::CallbackInfo& info);
Napi::Value release(const Napi::CallbackInfo& info);
// checkpoint.cc
Napi::Value read_checkpoint(const Napi::CallbackInfo& info);
Napi::Value assign_tensors(const Napi::CallbackInfo& info);
Napi::Value save_tensors(const Napi::CallbackInfo& info);
// network.cc
Napi::Value backbones(const Napi::CallbackInfo& info);
Napi::Value build_network(const Napi::CallbackInfo& info);
Napi::Value build_mask_network(const Napi::CallbackInfo& info);
Napi::Value network_tensors(const Napi::CallbackInfo& info);
Napi::Value initialise_network(const Napi::CallbackInfo& info);
Napi::Value save_network(const Napi::CallbackInfo& info);
// mask.cc
Napi::Value predict_masks(const Napi::CallbackInfo& info);
Napi::Value find_hand(const Napi::CallbackInfo& info);
// training.cc
Napi::Value create_trainer(const Napi::CallbackInfo& info);
Napi::Value trainer_facts(const Napi::CallbackInfo& info);
Napi::Value train_step(const Napi::CallbackInfo& info);
Napi::Value evaluate_step(const Napi::CallbackInfo& info);
Napi::Value save_trained(const Napi::CallbackInfo& info);
Napi::Value save_training(const Napi::CallbackInfo& info);
Napi::Value restore_training(const Napi::CallbackInfo& info);
Napi::Value adopt_optimizer(const Napi::CallbackInfo& info);
// distributed.cc
Napi::Value join_group(const Napi::CallbackInfo& info);
Napi::Value gather_texts(const Napi::CallbackInfo& info);
Napi::Value close_group(const Napi::CallbackInfo& info);
Napi::Value leave_group(const Napi::CallbackInfo& info);
Napi::Value join_trainers(const Napi::CallbackInfo& info);
Napi::Value synchronise_trainers(const Napi::CallbackInfo& info);
Napi::Value gather_gradients(const Napi::CallbackInfo& info);
// phantom.cc
Napi::Value draw_phantom(const Napi::CallbackInfo& info);
// archive.cc
Napi::Value model_file_kind(const Napi::CallbackInfo& info);
Napi::Value read_extra_file(const Napi::CallbackInfo& info);
Napi::Value write_extra_file(const Napi::CallbackInfo& info);
Napi::Value halve_archive(const Napi::CallbackInfo& info);

}  // namespace deeplasia::addon
