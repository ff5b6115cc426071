#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deeplasia::network {

// current: backbone, sex input, age and sex heads. legacy: what the published checkpoints hold, age alone.
enum class Generation { current, legacy };

// static_: TensorFlow's "same" for the backbone's nominal size, whatever the picture's: what published
// weights were trained with. dynamic: "same" for the size that comes. Inception has neither.
enum class SamePadding { static_, dynamic };

// Everything that decides which tensors and which arithmetic a network has; the defaults are the reference's.
struct NetworkConfig {
  Generation generation = Generation::current;
  std::string backbone = "efficientnet-b0";  // or -b1 … -b8, -l2, "inceptionv3"
  std::vector<int64_t> dense_layers{256};    // width of each
  int64_t sex_dcs = 32;  // width of the sex input; 0: none, but its empty tensors stay in the state
  double dropout = 0.2;  // after each dense layer; legacy: after the pooled features too

  // Of the current generation alone.
  std::vector<int64_t> explicit_sex_classifier;  // widths; empty: the sex head reads what the age head reads
  bool correct_predicted_sex =
      false;  // explicit: the given sex goes in, where one is given, not the predicted
  std::optional<std::array<double, 2>> learnable_sigma;  // `loss.s` and its start: age, sex

  // Of legacy EfficientNet alone: the classifier `_fc` that nothing reads, for whose tensors the reference
  // asks.
  bool imagenet_classifier = true;

  // Of EfficientNet alone.
  SamePadding padding = SamePadding::static_;
  double drop_connect = 0.2;  // of the last block; it grows with the blocks from 0

  // Of Inception alone: the reference's weights were trained with 0.1, though it meant 0.01.
  double inception_momentum = 0.1;
};

}  // namespace deeplasia::network
