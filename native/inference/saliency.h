#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inference/batch.h"
#include "inference/model.h"

namespace torch::jit {
struct Code;
}

namespace deeplasia::inference {

// A bone-age network that shows where in a picture its age comes from. It is not frozen, because a frozen one
// has no gradients: load it beside the one that predicts. Used by one thread at a time, as Model.
class Saliency {
 public:
  // Throws as Model::load.
  static std::shared_ptr<Saliency> load(const std::string& path, const LoadOptions& options);
  static std::shared_ptr<Saliency> adopt(torch::jit::Module module, const LoadOptions& options);
  ~Saliency();

  enum class Method { gradients, occlusion };
  using Sex = std::optional<std::vector<float>>;

  // How much each pixel has to do with the age, [B, H, W] float32 on the CPU, 1 at each picture's largest
  // value. x: [B, C, H, W] normalised. Throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE,
  // _OUT_OF_MEMORY. Where there are no gradients, occlusion takes their place.
  at::Tensor of(const at::Tensor& x, const Sex& sex, Method method);

  // Gradients where the network has convolutions; else occlusion.
  Method best() const { return has_maps_ ? Method::gradients : Method::occlusion; }
  int64_t bytes() const { return bytes_; }
  c10::Device device() const { return options_.device; }

 private:
  explicit Saliency(const LoadOptions& options);

  // The ages, [B], and the feature maps.
  std::pair<at::Tensor, std::vector<at::Tensor>> run(const at::Tensor& x, const Sex& sex);
  // Undefined where the age has no gradients in a fine map.
  at::Tensor by_gradients(const at::Tensor& x, const Sex& sex);
  at::Tensor by_occlusion(const at::Tensor& x, const Sex& sex);
  // The same of one picture, [1, C, H, W], whose age is known.
  at::Tensor occluded(const at::Tensor& picture, const Sex& sex, double age);

  std::unique_ptr<torch::jit::Module> module_;
  std::unique_ptr<torch::jit::Code> code_;
  size_t inputs_ = 0;
  bool has_maps_ = false;
  int64_t bytes_ = 0;
  LoadOptions options_;
};

}  // namespace deeplasia::inference
