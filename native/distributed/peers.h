#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "distributed/buckets.h"
#include "distributed/group.h"

namespace deeplasia::distributed {

// What the trainers of all ranks do together, so that each makes the same updates as one trainer would whose
// batch is all of theirs. A rank may have no picture in a batch (`rows` 0): it takes part with a weight of 0.
class Peers {
 public:
  // `learning`: the parameters that learn, in the order of the forward. `capacity`: pictures of the largest
  // batch.
  Peers(std::shared_ptr<Group> group, std::vector<at::Tensor> learning, int64_t capacity);

  Group& group() { return *group_; }
  Buckets& gradients() { return buckets_; }

  // Pictures of the batch of all ranks.
  int64_t count(int64_t rows);

  // What one rank tells of a batch, in this order, and gets of all. NaN where there is none.
  struct Message {
    int64_t rows;
    double total, age, sex;     // its losses
    std::vector<double> notes;  // the caller's; of the same number on each rank
    std::vector<float> ages, sexes;
  };
  // [ranks * (4 + notes + 2 * capacity)]: rows, three losses, notes, ages and sexes filled up to the
  // capacity.
  std::vector<double> exchange(const Message& own);

 private:
  std::shared_ptr<Group> group_;
  Buckets buckets_;
  size_t capacity_;
};

// Mean of the ranks' losses (the first: total) over all pictures; none where there are no pictures.
std::optional<double> mean_loss(const std::vector<double>& exchanged, int ranks);

}  // namespace deeplasia::distributed
