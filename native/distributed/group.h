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
  std::string host;  // rank 0's, where the store is
  int port;
  int rank, size;
  std::string address;   // by which the other ranks reach this process; empty: see reachable_address()
  std::string name;      // of this process's node, for messages
  Milliseconds arrival;  // how long the ranks wait for each other at the start
  Milliseconds silence;  // after which a rank is lost
  Milliseconds timeout;  // of one operation while all ranks live
};

// The processes that train one network together, as one of them sees it. All of them have to do the same
// things in the same order, on one thread at a time. What goes wrong with another one is CodedError
// ERR_DEEPLASIA_PEER that names it, and the end of the group.
class Group {
 public:
  // An operation under way; tensors must stay as they are until it was waited for.
  class Pending {
   public:
    void wait();

   private:
    friend class Group;
    Group* group_ = nullptr;
    std::unique_ptr<Operation> operation_;
    at::Tensor host_, target_;  // where the tensor is on a GPU, and there is no NCCL: its copy, and itself
  };

  // Meets the others.
  explicit Group(GroupOptions options);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  int rank() const { return options_.rank; }
  int size() const { return options_.size; }

  // What is on GPUs goes by NCCL from now on, if all ranks can; else through the hosts' memory, by Gloo.
  // `device`: of this rank's network, `cpu` or `cuda:0`. `wanted`: `auto`, `gloo`, or `nccl`, which is then
  // ERR_DEEPLASIA_OPTION where one cannot. Which it is, in words.
  std::string choose_backend(const std::string& device, const std::string& wanted);

  // In place: the sum over the ranks, with the same bits on each.
  Pending sum(const at::Tensor& tensor);
  // In place: what rank 0 has. At once; tensors of one type go together.
  void broadcast(const std::vector<at::Tensor>& tensors);
  // What each rank has, in their order; of one shape, on the CPU.
  std::vector<at::Tensor> gather(const at::Tensor& own);
  std::vector<double> gather(const std::vector<double>& own);
  // The same for texts of any length.
  std::vector<std::string> gather(const std::string& own);

  // The end: all are done, or this rank goes without the others, who are told why.
  void close();
  void leave(const std::string& why);

 private:
  std::vector<std::string> meet(Store& store);
  std::vector<RankAddress> addresses(Store& store) const;
  void connect(const std::string& address);
  void await(Operation& operation);
  void require_whole() const;
  // The one for this tensor.
  Collectives& collectives(const at::Tensor& tensor) { return takes_gpu(tensor) ? *nccl_ : *gloo_; }
  bool takes_gpu(const at::Tensor& tensor) const { return nccl_ && tensor.is_cuda(); }
  [[noreturn]] void end(const std::string& why);

  GroupOptions options_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Collectives> gloo_, nccl_;  // the second: for tensors on GPUs; none: the first has to do
  std::string ended_;                         // why; empty: it is whole
};

}  // namespace deeplasia::distributed
