#pragma once

#include <ATen/core/ivalue.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/check_code.h"
#include "graph/freeze.h"
#include "inference/sex_plane.h"
#include "runtime/precision.h"

namespace torch::jit {
struct CompilationUnit;
struct Module;
}  // namespace torch::jit

namespace deeplasia::inference {

// A network that returns logits over ages: of each member of an ensemble, `count` values.
struct AgeBins {
  double first, step;  // age of the first bin, and from one bin to the next
  int64_t count;
  bool combines_logits;  // the members' logits are averaged, not their ages
};

struct LoadOptions {
  c10::Device device;
  int threads;  // intra-op threads of the compute thread; 0: libtorch's default
  runtime::Precision precision;
  bool optimize;  // fold batch norms, and arrange weights for the device
  archive::Trust trust = archive::Trust::no;
  std::string weights_digest;  // expected digest of the weights; "": any
  std::optional<SexPlane> sex_plane = std::nullopt;
  std::optional<AgeBins> age_bins = std::nullopt;
};

struct Facts {
  int64_t parameters;  // elements
  int64_t buffers;     // elements
  int64_t bytes;       // of both
  int64_t inputs;      // of forward, besides self
  graph::Frozen frozen;
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
  const std::optional<SexPlane>& sex_plane() const { return sex_plane_; }
  const std::optional<AgeBins>& age_bins() const { return age_bins_; }

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
  std::optional<SexPlane> sex_plane_;
  std::optional<AgeBins> age_bins_;
};

}  // namespace deeplasia::inference
