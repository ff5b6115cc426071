#include "distributed/peers.h"

#include <cmath>
#include <limits>
#include <utility>

namespace deeplasia::distributed {

Peers::Peers(std::shared_ptr<Group> group, std::vector<at::Tensor> learning, int64_t capacity)
    : group_(std::move(group)),
      buckets_(*group_, std::move(learning)),
      capacity_(static_cast<size_t>(capacity)) {}

int64_t Peers::count(int64_t rows) {
  double all = 0;
  for (const double part : group_->gather(std::vector<double>{static_cast<double>(rows)})) all += part;
  return static_cast<int64_t>(all);
}

std::vector<double> Peers::exchange(const Message& own) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> message{static_cast<double>(own.rows), own.total, own.age, own.sex};
  message.insert(message.end(), own.notes.begin(), own.notes.end());
  for (const std::vector<float>* values : {&own.ages, &own.sexes, &own.dices}) {
    message.insert(message.end(), values->begin(), values->end());
    message.insert(message.end(), capacity_ - values->size(), kNone);
  }
  return group_->gather(message);
}

std::optional<double> mean_loss(const std::vector<double>& exchanged, int ranks) {
  const size_t length = exchanged.size() / ranks;
  double sum = 0, rows = 0;
  for (size_t start = 0; start < exchanged.size(); start += length) {
    if (exchanged[start] == 0) continue;
    rows += exchanged[start];
    sum += exchanged[start] * exchanged[start + 1];
  }
  if (rows == 0) return std::nullopt;
  return sum / rows;
}

}  // namespace deeplasia::distributed
