#pragma once

namespace deeplasia::distributed {

class Group;

// While an object of this class exists, every `torch.batch_norm` in training mode on this thread uses the
// mean and variance over all ranks' parts of the batch, in forward and in backward: torch.nn.SyncBatchNorm
// for unchanged TorchScript modules.
class SyncBatchNorm {
 public:
  // `counts`: whether this rank's pictures belong to the batch; false if they replace an empty part. A null
  // group does nothing.
  SyncBatchNorm(Group* group, bool counts);
  ~SyncBatchNorm();
  // Whether there is one on this thread, with a group.
  static bool is_active();
  SyncBatchNorm(const SyncBatchNorm&) = delete;
  SyncBatchNorm& operator=(const SyncBatchNorm&) = delete;
};

}  // namespace deeplasia::distributed
