#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deeplasia::network {

// current: backbone, sex input, age and sex heads. legacy: the network of the published checkpoints, with an
// age head only.
enum class Generation { current, legacy };

// static_: TensorFlow's "same" padding for the backbone's nominal size, whatever the size of the picture. The
// published weights were trained with it. dynamic: "same" padding for the actual size. Inception has neither.
enum class SamePadding { static_, dynamic };

// Everything that determines the tensors and the arithmetic of a network. The defaults are the reference's.
struct NetworkConfig {
  Generation generation = Generation::current;
  std::string backbone = "efficientnet-b0";  // or -b1 … -b8, -l2, "inceptionv3", "convnextv2-atto" …
  std::vector<int64_t> dense_layers{256};    // width of each
  int64_t sex_dcs = 32;  // width of the sex input; 0: none, but its empty tensors stay in the state
  double dropout = 0.2;  // after each dense layer; legacy: also after the pooled features

  // Current generation only.
  std::vector<int64_t> explicit_sex_classifier;  // widths; empty: the sex head has the age head's input
  bool correct_predicted_sex = false;  // explicit classifier: a given sex replaces the predicted one
  std::optional<std::array<double, 2>> learnable_sigma;  // start of `loss.s`: age, sex

  // Legacy EfficientNet only: the unused classifier `_fc`, whose tensors the reference requires.
  bool imagenet_classifier = true;

  // EfficientNet only.
  SamePadding padding = SamePadding::static_;

  // ConvNeXt V2 only: whether fc1 and fc2 are matrices. None: as timm has them.
  std::optional<bool> has_matrices;

  // EfficientNet and ConvNeXt V2.
  double drop_connect = 0.2;  // rate of the last block; it rises over the blocks from 0

  // Inception only. The reference's weights were trained with 0.1, although 0.01 was intended.
  double inception_momentum = 0.1;
};

}  // namespace deeplasia::network
