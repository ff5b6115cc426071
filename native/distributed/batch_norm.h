#pragma once

namespace deeplasia::distributed {

class Group;

// While one lives, what this thread runs of `torch.batch_norm` in training takes mean and variance over the
// parts of the batch that all ranks have, forwards and backwards: torch.nn.SyncBatchNorm for TorchScript
// modules as they are.
class SyncBatchNorm {
 public:
  // `counts`: whether this rank's pictures are of the batch; else they stand in for none. Null: does nothing.
  SyncBatchNorm(Group* group, bool counts);
  ~SyncBatchNorm();
  SyncBatchNorm(const SyncBatchNorm&) = delete;
  SyncBatchNorm& operator=(const SyncBatchNorm&) = delete;
};

}  // namespace deeplasia::distributed
