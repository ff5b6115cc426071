#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "distributed/address.h"
#include "distributed/c10d.h"
#include "distributed/watch.h"

namespace deeplasia::distributed {

struct GroupOptions {
  std::string host;  // of rank 0, which serves the store
  int port;
  int rank, size;
  std::string address;   // at which the other ranks reach this process; empty: see reachable_address()
  std::string name;      // of this process's node, for messages
  Milliseconds arrival;  // how long the ranks wait for each other at the start
  Milliseconds silence;  // after which a silent rank counts as lost
  Milliseconds timeout;  // time limit of one operation while all ranks are alive
};

// The processes that train one network together, as seen by one of them. All must call the same functions in
// the same order, on one thread at a time. If another rank fails, the call throws CodedError
// ERR_DEEPLASIA_PEER, which names that rank, and the group is unusable from then on.
class Group {
 public:
  // A pending operation. Its tensors must not be changed before wait() returns.
  class Pending {
   public:
    void wait();

   private:
    friend class Group;
    Group* group_ = nullptr;
    std::unique_ptr<Operation> operation_;
    at::Tensor host_, target_;  // for a tensor on a GPU without NCCL: its copy on the host, and itself
  };

  // Connects to the other ranks.
  explicit Group(GroupOptions options);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  int rank() const { return options_.rank; }
  int size() const { return options_.size; }

  // Chooses the backend for tensors on GPUs: NCCL if all ranks can use it, else Gloo through the hosts'
  // memory. `device`: of this rank's network, `cpu` or `cuda:0`. `wanted`: `auto`, `gloo` or `nccl`. Returns
  // the name of the backend, with the reason for it. Throws CodedError ERR_DEEPLASIA_OPTION if `nccl` is
  // wanted and a rank cannot use it.
  std::string choose_backend(const std::string& device, const std::string& wanted);

  // Sums in place over the ranks, with the same bits on each.
  Pending sum(const at::Tensor& tensor);
  // Replaces the values by rank 0's, in place, and waits until it is done. Tensors of one type are sent
  // together.
  void broadcast(const std::vector<at::Tensor>& tensors);
  // Returns the tensors of all ranks, in their order. They must have one shape and be on the CPU.
  std::vector<at::Tensor> gather(const at::Tensor& own);
  std::vector<double> gather(const std::vector<double>& own);
  // Returns the texts of all ranks, of any length, in their order.
  std::vector<std::string> gather(const std::string& own);

  // Ends the group once all ranks are done.
  void close();
  // Leaves the group while the others continue, and sends them the reason.
  void leave(const std::string& why);

 private:
  std::vector<std::string> meet(Store& store);
  std::vector<RankAddress> addresses(Store& store) const;
  void connect(const std::string& address);
  void await(Operation& operation);
  void require_whole() const;
  // Returns the backend for this tensor.
  Collectives& collectives(const at::Tensor& tensor) { return takes_gpu(tensor) ? *nccl_ : *gloo_; }
  bool takes_gpu(const at::Tensor& tensor) const { return nccl_ && tensor.is_cuda(); }
  [[noreturn]] void end(const std::string& why);

  GroupOptions options_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Collectives> gloo_, nccl_;  // nccl_: for tensors on GPUs; none: gloo_ sends them too
  std::string ended_;                         // why the group ended; empty: it has not
};

}  // namespace deeplasia::distributed
