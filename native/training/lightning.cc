#include "training/lightning.h"

#include <ATen/ops/scalar_tensor.h>

#include "bytes/refuse.h"
#include "checkpoint/checkpoint.h"
#include "network/tensors.h"
#include "runtime/failure.h"

namespace deeplasia::training {
namespace {

using checkpoint::Dict;
using checkpoint::Value;

const Value& member(const Value& value, const char* key) {
  const Value* found = value.dict() == nullptr ? nullptr : value.dict()->find(key);
  if (found == nullptr)
    bytes::refuse(std::string("the checkpoint has no optimiser state: '") + key + "' is missing");
  return *found;
}

// Returns the state of the first optimiser; the reference's training has only one.
const Value& first_optimizer(const Value& root) {
  const Value& all = member(root, "optimizer_states");
  if (all.sequence() == nullptr || all.sequence()->items.empty())
    bytes::refuse("the checkpoint's list of optimiser states is empty");
  return all.sequence()->items.front();
}

size_t parameter_count(const Value& optimizer) {
  size_t count = 0;
  const Value& groups = member(optimizer, "param_groups");
  if (groups.sequence() == nullptr) bytes::refuse("the checkpoint's 'param_groups' is not a list");
  for (const Value& group : groups.sequence()->items) {
    const Value& numbers = member(group, "params");
    if (numbers.sequence() != nullptr) count += numbers.sequence()->items.size();
  }
  return count;
}

// Returns tensors, and numbers as tensors: `step` is a number up to PyTorch 1.11.
std::map<std::string, at::Tensor> tensors_of(const Dict& kept) {
  std::map<std::string, at::Tensor> result;
  for (const auto& [key, value] : kept.items) {
    if (key.text() == nullptr) continue;
    if (value.tensor() != nullptr)
      result.emplace(*key.text(), network::to_torch(std::make_shared<checkpoint::Tensor>(*value.tensor())));
    else if (value.number())
      result.emplace(*key.text(), at::scalar_tensor(*value.number()));
  }
  return result;
}

}  // namespace

int64_t adopt_lightning(const std::string& path, Trainer& trainer) {
  const checkpoint::Checkpoint file = checkpoint::read_checkpoint(path);
  const Value& optimizer = first_optimizer(file.root);
  const auto& names = trainer.module().names();
  const size_t count = parameter_count(optimizer);
  if (count != names.size())
    throw runtime::CodedError("ERR_DEEPLASIA_RESUME",
                              "the checkpoint's optimiser has " + std::to_string(count) +
                                  " parameters, but the network has " + std::to_string(names.size()));
  const Value& state = member(optimizer, "state");
  if (state.dict() == nullptr) bytes::refuse("the checkpoint's optimiser state is not a dictionary");
  int64_t adopted = 0;
  for (const auto& [key, kept] : state.dict()->items) {
    const int64_t index = key.integer().value_or(-1);
    if (index < 0 || static_cast<size_t>(index) >= names.size() || kept.dict() == nullptr) continue;
    if (trainer.optimizer().adopt(names[index], tensors_of(*kept.dict()))) ++adopted;
  }
  return adopted;
}

}  // namespace deeplasia::training
