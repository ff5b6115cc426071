#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// All that the rest sees of PyTorch's c10d: c10d.cc alone includes its headers, whose vtables move between
// minor versions of libtorch.
namespace deeplasia::distributed {

using Milliseconds = std::chrono::milliseconds;
// Between two looks at what others do.
inline constexpr Milliseconds kPoll{100};

// Texts by name that all ranks share; rank 0's process holds them. For one thread at a time.
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::string& value) = 0;
  // None: nobody has set it.
  virtual std::optional<std::string> get(const std::string& key) = 0;
  // The same for many, in one turn.
  virtual std::vector<std::optional<std::string>> get(const std::vector<std::string>& keys) = 0;
};

// An operation that runs in the background.
class Operation {
 public:
  virtual ~Operation() = default;
  // Waits that long; whether it is done. Throws what it failed with.
  virtual bool wait(Milliseconds time) = 0;
};

// Operations of all ranks together: each has to call the same ones in the same order, with tensors of the
// same shape. A tensor stays the caller's and must not be touched until the operation is done.
class Collectives {
 public:
  virtual ~Collectives() = default;
  // In place, over the ranks; the same bits on each.
  virtual std::unique_ptr<Operation> sum(at::Tensor tensor) = 0;
  // In place: rank 0's values.
  virtual std::unique_ptr<Operation> broadcast(at::Tensor tensor) = 0;
  // `all[r]` gets rank r's `own`.
  virtual std::unique_ptr<Operation> gather(std::vector<at::Tensor> all, at::Tensor own) = 0;
};

// A TCPStore; `serves`: this process holds the texts. Throws c10::Error where nobody serves until the
// timeout, or the port is taken.
std::unique_ptr<Store> open_store(const std::string& host, int port, bool serves, Milliseconds timeout);

// Gloo, for tensors on the CPU. `address`: that the other ranks reach this process by. Returns once all are
// connected with each other; where packets of one rank are lost, that may be never, whatever the timeout.
std::unique_ptr<Collectives> open_gloo(const std::string& host, int port, const std::string& address,
                                       int rank, int size, Milliseconds timeout);

}  // namespace deeplasia::distributed
