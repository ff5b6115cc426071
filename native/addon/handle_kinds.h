#pragma once

#include <napi.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <utility>

#include "addon/handle.h"
#include "checkpoint/tensor.h"
#include "inference/batch.h"
#include "inference/model.h"
#include "inference/saliency.h"
#include "training/trainer.h"

namespace deeplasia::distributed {
class Group;
}

// The values behind the handles of JS.
namespace deeplasia::addon {

// The tensors of a checkpoint, in the order of its description.
struct CheckpointTensors {
  std::vector<std::shared_ptr<checkpoint::Tensor>> tensors;
};

// A network under construction; empty after a model has taken ownership of it.
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
struct HandleKind<inference::Model> {
  static constexpr napi_type_tag tag = {0x9d0f3c5be1a74d21, 0xa6c84f17d35e2b90};
  static constexpr const char* name = "model";
};
template <>
struct HandleKind<inference::Saliency> {
  static constexpr napi_type_tag tag = {0x7c15d2a84b90e36f, 0xd4a1f0378e6b259c};
  static constexpr const char* name = "saliency";
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

}  // namespace deeplasia::addon
