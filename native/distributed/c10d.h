#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Our interface to PyTorch's c10d. Only c10d.cc, backend.h and native/nccl include its headers, because their
// vtables change between minor versions of libtorch.
namespace deeplasia::distributed {

using Milliseconds = std::chrono::milliseconds;
// Interval at which a rank checks the others.
inline constexpr Milliseconds kPoll{100};

// Named texts that all ranks share; rank 0's process holds them. For one thread at a time.
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::string& value) = 0;
  // Returns the text, or none if no rank has set it.
  virtual std::optional<std::string> get(const std::string& key) = 0;
  // Returns many texts in one round trip.
  virtual std::vector<std::optional<std::string>> get(const std::vector<std::string>& keys) = 0;
};

// An operation that runs in the background.
class Operation {
 public:
  virtual ~Operation() = default;
  // Waits at most `time`. Returns whether the operation is done; throws its failure.
  virtual bool wait(Milliseconds time) = 0;
};

// Collective operations: every rank must call the same ones in the same order, with tensors of the same
// shape. The caller keeps a tensor and must not touch it until the operation is done.
class Collectives {
 public:
  virtual ~Collectives() = default;
  // Sums in place over the ranks, with the same bits on each.
  virtual std::unique_ptr<Operation> sum(at::Tensor tensor) = 0;
  // Replaces the values by rank 0's, in place.
  virtual std::unique_ptr<Operation> broadcast(at::Tensor tensor) = 0;
  // Writes rank r's `own` to `all[r]`.
  virtual std::unique_ptr<Operation> gather(std::vector<at::Tensor> all, at::Tensor own) = 0;
};

}  // namespace deeplasia::distributed
