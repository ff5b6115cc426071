#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/state.h"
#include "training/loss.h"

namespace torch::jit {
struct Module;
}

namespace deeplasia::training {

// A TorchScript module that learns: one of ours, or any other `(x)` or `(x, sex)` that returns the age, or
// age and sex. All of its parameters learn, whatever its file says of them, but for the frozen ones.
class TrainableModule {
 public:
  // On `device`, in float32, for good. A parameter is frozen where one of the patterns fits its name
  // (fnmatch(3), `*` across dots too); a submodule whose parameters are all frozen is as in eval mode always:
  // its batch norms and dropouts stand still. Throws CodedError ERR_DEEPLASIA_OPTION for a pattern that fits
  // nothing, and where nothing is left to learn.
  TrainableModule(torch::jit::Module module, c10::Device device, const std::vector<std::string>& frozen);
  ~TrainableModule();
  TrainableModule(const TrainableModule&) = delete;
  TrainableModule& operator=(const TrainableModule&) = delete;

  // x [B, C, H, W] float32; sex [B] as the network wants it, or none for a network without that input.
  // Throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _MODEL_SHAPE, _OUT_OF_MEMORY.
  Outputs forward(const at::Tensor& x, const std::optional<at::Tensor>& sex);

  // From now on training leaves out residual block i of n with a probability of `last` * i / n. Throws
  // CodedError ERR_DEEPLASIA_OPTION for a network without such blocks.
  void set_drop_connect(double last);

  // Mode of the next forwards.
  void train(bool on);

  // Tensors of the module itself, by name, in the order of the state dict.
  network::State state() const;
  network::Mismatch assign(const network::State& values);
  // Names of all parameters, the frozen ones too, in that order.
  const std::vector<std::string>& names() const { return names_; }
  // The parameters that learn.
  const network::State& learning() const { return learning_; }
  // Fetched anew each time: a forward may put another tensor in a buffer's place.
  std::vector<at::Tensor> buffers() const;
  // `loss.s`, undefined where it has none.
  at::Tensor loss_weights() const { return loss_weights_; }
  // Inputs of forward besides self.
  int64_t inputs() const { return inputs_; }
  c10::Device device() const { return device_; }

  // A second one with the same values, in eval mode, without gradients; its learning() are the twins of this
  // one's.
  std::unique_ptr<TrainableModule> twin() const;

  // To a TorchScript archive with `manifest` as its deeplasia.json; in eval mode, its tensors as
  // everybody lays them out. Throws CodedError ERR_DEEPLASIA_OUTPUT.
  void save(const std::string& path, const std::string& manifest) const;

 private:
  void freeze(const std::vector<std::string>& patterns);
  void collect();

  std::unique_ptr<torch::jit::Module> module_;
  std::vector<torch::jit::Module> frozen_;  // submodules that stay in eval mode
  std::vector<std::string> names_;
  network::State learning_;
  at::Tensor loss_weights_;
  int64_t inputs_ = 0;
  c10::Device device_;
  bool is_channels_last_ = false;
  bool is_training_ = false;
};

}  // namespace deeplasia::training
