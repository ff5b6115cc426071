#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "image/chain.h"

namespace deeplasia::inference {

// How grey values are normalised for the network, as in its training. The names are those of src/native.ts.
struct Normalisation {
  enum class Method { zscore, interval, none, fixed } method;
  std::vector<double> mean;  // fixed only, one per channel
  std::vector<double> sd;
};

// Slots for pictures of one size, in native memory. Different threads may fill different slots at once.
class Batch {
 public:
  Batch(int64_t capacity, int64_t height, int64_t width);

  image::Facts fill(int64_t slot, const image::RawPicture& picture, const image::RawPicture* mask,
                    const image::Plan& plan);

  // Fills a slot with the target of a mask network for a width x height picture with this plan: 1 on the
  // hand, else 0.
  void fill_target(int64_t slot, const image::RawPicture& mask, int64_t width, int64_t height,
                   const image::Plan& plan);

  // Returns the given slots, normalised, as [slots, channels, height, width] float32 on `device`.
  at::Tensor gather(const std::vector<int64_t>& slots, int64_t channels, const Normalisation& normalisation,
                    c10::Device device) const;

  int64_t capacity() const { return capacity_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t bytes() const { return capacity_ * height_ * width_ * static_cast<int64_t>(sizeof(float)); }

 private:
  float* slot(int64_t number, const image::Plan& plan);

  int64_t capacity_, height_, width_;
  at::Tensor grey_;        // [capacity, height, width] float32, grey values
  at::Tensor full_scale_;  // [capacity] float32, 255 or 65535: value of white in the picture's file
};

}  // namespace deeplasia::inference
