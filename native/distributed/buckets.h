#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "distributed/group.h"

namespace deeplasia::distributed {

// Sums the gradients of some parameters over all ranks while backward still runs. A bucket of some megabytes
// is sent as soon as all its gradients are complete. Every rank sends the same buckets in the same order.
class Buckets {
 public:
  // `parameters`: in the order in which a forward uses them; backward completes their gradients in reverse
  // order.
  Buckets(Group& group, std::vector<at::Tensor> parameters);
  // Removes the hooks from the parameters.
  ~Buckets();
  Buckets(const Buckets&) = delete;
  Buckets& operator=(const Buckets&) = delete;

  // Prepares to sum the gradients of the next backward, with all that was accumulated before it.
  void arm();
  // Call it after that backward: waits for the sums and writes them to the gradients. A parameter without a
  // gradient on this rank counts as zeros; one without a gradient on any rank keeps none.
  void finish();
  // Call it after a failed backward: nothing is summed.
  void disarm();

 private:
  struct Bucket {
    std::vector<size_t> parameters;
    std::vector<at::Tensor> views;  // of `flat`, one per parameter, with its strides
    at::Tensor flat;
    size_t waiting = 0;  // gradients that are not complete yet
    Group::Pending pending;
  };

  void allocate(Bucket& bucket, bool is_last);
  void ready(size_t parameter);
  void send_complete();
  void send(Bucket& bucket);

  Group& group_;
  std::vector<at::Tensor> parameters_;
  std::vector<size_t> bucket_of_;
  std::vector<Bucket> buckets_;
  std::vector<bool> is_ready_;
  at::Tensor used_;  // part of the last bucket: 1 for each parameter with a gradient
  size_t next_ = 0;  // bucket to be sent next
  bool is_armed_ = false;

  friend struct ReadyHook;
};

}  // namespace deeplasia::distributed
