#pragma once

#include <array>
#include <optional>
#include <vector>

#include "inference/batch.h"
#include "inference/model.h"

namespace deeplasia::inference {

// One value a row, in the network's own unit; no sex logits where the model has no such head.
struct Outputs {
  std::vector<float> age;
  std::optional<std::vector<float>> sex_logit;
  at::Tensor features;  // [B, features] float32 on the CPU, where they were asked for; else undefined
};

enum class Want { outputs, features };

// x [B, C, H, W] float32; sex [B] as the network wants it, passed as [B, 1], or none for a network without
// that input. Throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE, _OUT_OF_MEMORY;
// ERR_DEEPLASIA_OPTION for features of a model that has none to give.
Outputs forward(Model& model, const at::Tensor& x, const std::optional<std::vector<float>>& sex,
                Want want = Want::outputs);

Outputs forward_slots(Model& model, const Batch& batch, const std::vector<int64_t>& slots, int64_t channels,
                      const Normalisation& normalisation, const std::optional<std::vector<float>>& sex);

// A forward of blank pictures.
struct Trial {
  Outputs outputs;
  int64_t bytes;  // the most that it took of the device's memory at a time, weights left out
};

// shape: [B, C, H, W]; else as `forward`.
Trial try_blank(Model& model, const std::array<int64_t, 4>& shape,
                const std::optional<std::vector<float>>& sex);

}  // namespace deeplasia::inference
