#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inference/model.h"
#include "network/state.h"
#include "training/loss.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::training {

// How a network takes the sex and returns the age, where it does so in another way than Deeplasia's.
struct Form {
  std::optional<inference::SexPlane> sex_plane = std::nullopt;  // none: a second input
  std::optional<inference::AgeBins> age_bins = std::nullopt;    // none: the age itself
};

// A TorchScript module that is trained: one of ours, or any other whose forward `(x)` or `(x, sex)` returns
// the age, or age and sex. All parameters are trained except for the frozen ones, whatever `requires_grad` is
// in the file.
class TrainableModule {
 public:
  // Moves the module to `device` in float32; it stays there. A parameter is frozen if one of the patterns
  // matches its name (fnmatch(3); `*` also matches dots). A submodule whose parameters are all frozen always
  // stays in eval mode, so that its batch norms and dropouts do not change. Throws CodedError
  // ERR_DEEPLASIA_OPTION for a pattern that matches nothing, and if there is nothing to train.
  TrainableModule(torch::jit::Module module, c10::Device device, const std::vector<std::string>& frozen,
                  const Form& form = {});
  ~TrainableModule();
  TrainableModule(const TrainableModule&) = delete;
  TrainableModule& operator=(const TrainableModule&) = delete;

  // Runs the network. x: [B, C, H, W] float32, without the sex's plane. sex: [B] in the network's encoding,
  // or none for a network without that input. Throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE,
  // _OUT_OF_MEMORY.
  Outputs forward(const at::Tensor& x, const std::optional<std::vector<float>>& sex);

  // Lets training skip residual block i of n with a probability of `last` * i / n from now on. Throws
  // CodedError ERR_DEEPLASIA_OPTION for a network without such blocks.
  void set_drop_connect(double last);

  // Sets the mode of the next forwards.
  void train(bool on);

  // Returns the module's own tensors by name, in the order of the state dict.
  network::State state() const;
  network::Mismatch assign(const network::State& values);
  // Returns the names of all parameters, also of the frozen ones, in that order.
  const std::vector<std::string>& names() const { return names_; }
  // Returns the parameters that are trained.
  const network::State& learning() const { return learning_; }
  // Reads the buffers anew each time: a forward may replace a buffer by another tensor.
  std::vector<at::Tensor> buffers() const;
  // Returns `loss.s`; undefined if the module has none.
  at::Tensor loss_weights() const { return loss_weights_; }
  // Returns the number of forward's inputs besides self.
  int64_t inputs() const { return inputs_; }
  c10::Device device() const { return device_; }

  // Returns a copy in eval mode, without gradients. Its learning() returns the copies of this module's
  // learning().
  std::unique_ptr<TrainableModule> twin() const;

  // Saves a TorchScript archive with `manifest` as its deeplasia.json, in eval mode and with contiguous
  // tensors on the CPU. Throws CodedError ERR_DEEPLASIA_OUTPUT.
  void save(const std::string& path, const std::string& manifest) const;

 private:
  void freeze(const std::vector<std::string>& patterns);
  void collect();

  std::unique_ptr<torch::jit::Module> module_;
  std::unique_ptr<torch::jit::Function> forward_;  // of the module, with our layers
  std::vector<torch::jit::Module> frozen_;         // submodules that stay in eval mode
  std::vector<std::string> names_;
  network::State learning_;
  at::Tensor loss_weights_;
  int64_t inputs_ = 0;
  c10::Device device_;
  Form form_;
  bool is_channels_last_ = false;
  bool is_training_ = false;
};

}  // namespace deeplasia::training
