#pragma once

#include <ATen/core/ivalue.h>
#include <c10/core/Device.h>

#include <memory>
#include <string>
#include <vector>

#include "archive/check_code.h"
#include "runtime/precision.h"

namespace torch::jit {
struct CompilationUnit;
struct Module;
}  // namespace torch::jit

namespace deeplasia::inference {

struct LoadOptions {
  c10::Device device;
  int threads;  // intra-op threads of the compute thread; 0: libtorch's default
  runtime::Precision precision;
  bool optimize;  // fold batch norms, and arrange weights for the device
  archive::Trust trust = archive::Trust::no;
  std::string weights_digest;  // expected digest of the weights; "": any
};

struct Facts {
  int64_t parameters;  // elements
  int64_t buffers;     // elements
  int64_t bytes;       // of both
  int64_t inputs;      // of forward, besides self
  bool has_features;   // whether it can return the features that its heads read
  std::string schema;  // of forward, as TorchScript prints it
};

// A TorchScript module in eval mode on its device. Used by one thread at a time: its device's compute thread.
class Model {
 public:
  // Throws CodedError: ERR_DEEPLASIA_MODEL_MISSING, _MODEL_UNREADABLE, _MODEL_UNTRUSTED, _DEVICE.
  static std::shared_ptr<Model> load(const std::string& path, const LoadOptions& options);
  // Takes ownership of a module in memory, which no other code may use from then on. Throws the same.
  static std::shared_ptr<Model> adopt(torch::jit::Module module, const LoadOptions& options);
  ~Model();

  // Calls forward in the model's precision, without gradients; inputs are moved to its device. A model with
  // features returns them as an additional element of the tuple.
  c10::IValue run(std::vector<c10::IValue> inputs);

  const Facts& facts() const { return facts_; }
  c10::Device device() const { return device_; }
  int threads() const { return threads_; }

 private:
  explicit Model(const LoadOptions& options);

  // The functions before freezing, which frees its copies of them. An error inside an operator reads the
  // names of the functions that the operator was written in; with freed functions that ended the process.
  std::shared_ptr<torch::jit::CompilationUnit> code_;
  std::unique_ptr<torch::jit::Module> module_;
  Facts facts_{};
  c10::Device device_;
  int threads_;
  runtime::Precision precision_;
};

}  // namespace deeplasia::inference
