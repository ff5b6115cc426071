#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "distributed/buckets.h"
#include "distributed/group.h"

namespace deeplasia::distributed {

// The operations of the trainers of all ranks, which let each make the same updates as a single trainer with
// the whole batch. A rank may have no picture in a batch (`rows` 0): it takes part with a weight of 0.
class Peers {
 public:
  // `learning`: the trained parameters, in the order of the forward. `capacity`: largest number of pictures
  // of one rank in a batch.
  Peers(std::shared_ptr<Group> group, std::vector<at::Tensor> learning, int64_t capacity);

  Group& group() { return *group_; }
  Buckets& gradients() { return buckets_; }

  // Returns the number of pictures of all ranks.
  int64_t count(int64_t rows);

  // What a rank sends about its part of a batch, in this order. NaN where there is no value.
  struct Message {
    int64_t rows;
    double total, age, sex;     // its losses
    std::vector<double> notes;  // the caller's; as many on each rank
    std::vector<float> ages, sexes, dices;
  };
  // Returns the messages of all ranks, [ranks * (4 + notes + 3 * capacity)]: rows, three losses, notes, ages,
  // sexes and dices, the last three padded to the capacity.
  std::vector<double> exchange(const Message& own);

 private:
  std::shared_ptr<Group> group_;
  Buckets buckets_;
  size_t capacity_;
};

// Returns the mean of the ranks' total losses over all pictures; none if there are no pictures.
std::optional<double> mean_loss(const std::vector<double>& exchanged, int ranks);

}  // namespace deeplasia::distributed
