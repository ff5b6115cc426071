#pragma once

#include <array>
#include <optional>
#include <vector>

#include "inference/batch.h"
#include "inference/expectation.h"
#include "inference/model.h"

namespace deeplasia::inference {

// One value per row, in the network's own unit. No sex logits if the model has no such head.
struct Outputs {
  std::vector<float> age;
  std::optional<std::vector<float>> sex_logit;
  std::optional<Expectation> expectation;  // of a network that returns logits over ages
  at::Tensor features;                     // [B, features] float32 on the CPU if requested; else undefined
};

enum class Want { outputs, features };

// Runs the network. x: [B, C, H, W] float32; sex: [B] in the network's encoding, passed as [B, 1] or as a
// plane of the input, or none for a network without that input. Throws CodedError
// ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE, _OUT_OF_MEMORY; ERR_DEEPLASIA_OPTION for features of a model
// that returns none.
Outputs forward(Model& model, const at::Tensor& x, const std::optional<std::vector<float>>& sex,
                Want want = Want::outputs);

Outputs forward_slots(Model& model, const Batch& batch, const std::vector<int64_t>& slots, int64_t channels,
                      const Normalisation& normalisation, const std::optional<std::vector<float>>& sex,
                      Want want = Want::outputs);

// Returns the values that a network returns for each of the slots, [slots, columns] float32 on the CPU.
// Throws as `forward`.
at::Tensor values_of_slots(Model& model, const Batch& batch, const std::vector<int64_t>& slots,
                           int64_t channels, const Normalisation& normalisation, int64_t columns);

// The cost of a forward of blank pictures.
struct Trial {
  Outputs outputs;
  int64_t bytes;  // peak of the device's memory, without the weights
};

// Runs a forward of blank pictures of `shape`, [B, C, H, W]. Throws as `forward`.
Trial try_blank(Model& model, const std::array<int64_t, 4>& shape,
                const std::optional<std::vector<float>>& sex);

}  // namespace deeplasia::inference
