#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "distributed/c10d.h"

// The common part of c10d's Gloo and NCCL. Only for files that are compiled against c10d's headers.
namespace deeplasia::distributed {

inline c10::intrusive_ptr<c10d::TCPStore> tcp_store(const std::string& host, int port, bool serves,
                                                    Milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port);
  options.isServer = serves;
  options.waitWorkers = false;
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

// `Work`: an Operation that wraps c10d's own and waits for it.
template <class Work>
class BackendCollectives : public Collectives {
 public:
  explicit BackendCollectives(c10::intrusive_ptr<c10d::Backend> backend) : backend_(std::move(backend)) {}

  std::unique_ptr<Operation> sum(at::Tensor tensor) override {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    return std::make_unique<Work>(backend_->allreduce(tensors));
  }

  std::unique_ptr<Operation> broadcast(at::Tensor tensor) override {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    return std::make_unique<Work>(backend_->broadcast(tensors));
  }

  std::unique_ptr<Operation> gather(std::vector<at::Tensor> all, at::Tensor own) override {
    std::vector<std::vector<at::Tensor>> outputs{std::move(all)};
    std::vector<at::Tensor> inputs{std::move(own)};
    return std::make_unique<Work>(backend_->allgather(outputs, inputs));
  }

 protected:
  c10::intrusive_ptr<c10d::Backend> backend_;
};

}  // namespace deeplasia::distributed
