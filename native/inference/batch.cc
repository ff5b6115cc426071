#include "inference/batch.h"

#include <torch/script.h>

#include "image/target.h"
#include "runtime/failure.h"

namespace deeplasia::inference {
namespace {

// Returns [channels] values as [1, channels, 1, 1].
at::Tensor per_channel(const std::vector<double>& values, const at::Tensor& like) {
  return at::tensor(values, like.options()).view({1, -1, 1, 1});
}

// Normalises grey values x, [B, 1, H, W], to [B, channels, H, W]. full_scale: [B].
at::Tensor normalise(at::Tensor x, const at::Tensor& full_scale, int64_t channels, const Normalisation& how) {
  using Method = Normalisation::Method;
  const auto rows = x.flatten(1);  // a view, [B, H * W]
  switch (how.method) {
    case Method::zscore: {
      const auto [sd, mean] = at::std_mean(rows, /*dim=*/1, /*unbiased=*/true);
      x = x.sub(mean.view({-1, 1, 1, 1})).div_(sd.view({-1, 1, 1, 1}));
      break;
    }
    case Method::interval: {
      x = x.sub(rows.amin(1).view({-1, 1, 1, 1}));
      x.div_(x.flatten(1).amax(1).view({-1, 1, 1, 1}));
      break;
    }
    case Method::fixed:
      x = x.div(full_scale.view({-1, 1, 1, 1}));
      if (how.mean.size() == 1) x.sub_(how.mean[0]).div_(how.sd[0]);
      break;
    case Method::none:
      break;
  }
  if (channels > 1) x = x.expand({-1, channels, -1, -1});
  if (how.method == Method::fixed && how.mean.size() > 1)
    x = x.sub(per_channel(how.mean, x)).div_(per_channel(how.sd, x));
  return x.contiguous();
}

}  // namespace

Batch::Batch(int64_t capacity, int64_t height, int64_t width)
    : capacity_(capacity),
      height_(height),
      width_(width),
      grey_(at::empty({capacity, height, width}, at::kFloat)),
      full_scale_(at::ones({capacity}, at::kFloat)) {}

float* Batch::slot(int64_t number, const image::Plan& plan) {
  if (number < 0 || number >= capacity_ || plan.height != height_ || plan.width != width_)
    throw runtime::CodedError("ERR_DEEPLASIA_INTERNAL", "the picture's plan does not fit the batch");
  return grey_.mutable_data_ptr<float>() + number * height_ * width_;
}

image::Facts Batch::fill(int64_t slot, const image::RawPicture& picture, const image::RawPicture* mask,
                         const image::Plan& plan) {
  const image::Facts facts = image::run_chain(picture, mask, plan, this->slot(slot, plan));
  full_scale_.mutable_data_ptr<float>()[slot] = facts.full_scale;
  return facts;
}

void Batch::fill_target(int64_t slot, const image::RawPicture& mask, int64_t width, int64_t height,
                        const image::Plan& plan) {
  image::draw_target(mask, width, height, plan, this->slot(slot, plan));
}

at::Tensor Batch::gather(const std::vector<int64_t>& slots, int64_t channels,
                         const Normalisation& normalisation, c10::Device device) const {
  for (const int64_t slot : slots)
    if (slot < 0 || slot >= capacity_) throw runtime::CodedError("ERR_DEEPLASIA_INTERNAL", "no such slot");
  const auto index = at::tensor(slots, at::kLong);
  const auto grey = grey_.index_select(0, index).unsqueeze(1).to(device);
  return normalise(grey, full_scale_.index_select(0, index).to(device), channels, normalisation);
}

}  // namespace deeplasia::inference
