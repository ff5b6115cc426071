#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "distributed/group.h"

namespace deeplasia::distributed {

// The gradients of some parameters, summed over all ranks while backward still runs: as soon as all gradients
// of a bucket of some megabytes are there, it is on its way. Every rank sends the same buckets in the same
// order.
class Buckets {
 public:
  // `parameters` in the order in which a forward uses them: backward gives their gradients in the opposite
  // one.
  Buckets(Group& group, std::vector<at::Tensor> parameters);
  // Parameters no longer know of it.
  ~Buckets();
  Buckets(const Buckets&) = delete;
  Buckets& operator=(const Buckets&) = delete;

  // The next backward's gradients, with all that was gathered before it, are to be summed.
  void arm();
  // After that backward: waits for the sums and puts them in the gradients' places. A parameter that has no
  // gradient here counts as zeros; one that has none anywhere keeps none.
  void finish();
  // A backward failed: nothing is to be summed.
  void disarm();

 private:
  struct Bucket {
    std::vector<size_t> parameters;
    std::vector<at::Tensor> views;  // of `flat`, one a parameter, as it lies in memory
    at::Tensor flat;
    size_t waiting = 0;  // gradients that are not there yet
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
  at::Tensor used_;  // of the last bucket: 1 for each parameter that has a gradient
  size_t next_ = 0;  // bucket to be sent next
  bool is_armed_ = false;

  friend struct ReadyHook;
};

}  // namespace deeplasia::distributed
