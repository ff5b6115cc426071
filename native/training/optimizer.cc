#include "training/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace deeplasia::training {
namespace {

// The only slot that is a single number and does not have the shape of its parameter.
constexpr const char* kCount = "step";

at::Tensor fresh(const std::string& slot, const at::Tensor& parameter) {
  const at::Tensor plain = parameter.detach();
  return slot == kCount ? at::zeros({}, plain.options()) : at::zeros_like(plain);
}

}  // namespace

Optimizer::Optimizer(network::State parameters, std::vector<std::string> slots)
    : parameters_(std::move(parameters)), slots_(std::move(slots)), kept_(parameters_.size()) {}

void Optimizer::step(double learning_rate) {
  const at::NoGradGuard no_gradients;
  Group first, later;
  first.is_first = true;
  first.slots.resize(slots_.size());
  later.slots.resize(slots_.size());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    const bool is_first = kept_[i].empty() && !slots_.empty();
    if (is_first)
      for (const std::string& slot : slots_) kept_[i].push_back(fresh(slot, parameter));
    Group& group = is_first ? first : later;
    group.parameters.push_back(parameter);
    group.gradients.push_back(parameter.grad());
    for (size_t slot = 0; slot < slots_.size(); ++slot) group.slots[slot].push_back(kept_[i][slot]);
  }
  for (Group* group : {&first, &later})
    if (!group->parameters.empty()) update(*group, learning_rate);
}

network::State Optimizer::state() const {
  network::State all;
  for (size_t i = 0; i < parameters_.size(); ++i)
    for (size_t slot = 0; slot < kept_[i].size(); ++slot)
      all.emplace_back(parameters_[i].first + "." + slots_[slot], kept_[i][slot]);
  return all;
}

bool Optimizer::adopt(const std::string& parameter, const std::map<std::string, at::Tensor>& values) {
  const at::NoGradGuard no_gradients;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].first != parameter) continue;
    std::vector<at::Tensor> adopted;
    for (const std::string& slot : slots_) {
      const auto value = values.find(slot);
      adopted.push_back(fresh(slot, parameters_[i].second));
      if (value == values.end() || value->second.numel() != adopted.back().numel()) return false;
      if (slot != kCount && value->second.sizes() != adopted.back().sizes()) return false;
      adopted.back().copy_(value->second.reshape(adopted.back().sizes()));
    }
    kept_[i] = std::move(adopted);
    return true;
  }
  return false;
}

void Optimizer::forget() {
  for (auto& kept : kept_) kept.clear();
}

}  // namespace deeplasia::training
