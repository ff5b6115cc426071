#include "distributed/group.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "runtime/failure.h"
#include "runtime/task_queue.h"

namespace deeplasia::distributed {
namespace {

using Clock = std::chrono::steady_clock;
using runtime::CodedError;

// Interval at which a waiting rank checks whether the others are alive.
constexpr Milliseconds kSlice{500};

// Returns a view of the text, [n] uint8.
at::Tensor bytes_of(const std::string& text) {
  return at::from_blob(const_cast<char*>(text.data()), {static_cast<int64_t>(text.size())}, at::kByte);
}

}  // namespace

// A broken group abandons its pending operations: see end().
Group::~Group() {
  if (ended_.empty()) return;
  [[maybe_unused]] const std::array left{gloo_.release(), nccl_.release()};
}

Group::Pending Group::sum(const at::Tensor& tensor) {
  require_whole();
  watch_->begin_operation();
  Pending pending;
  pending.group_ = this;
  const bool passes_host = !tensor.is_cpu() && !takes_gpu(tensor);
  pending.host_ = passes_host ? tensor.cpu() : tensor;
  if (passes_host) pending.target_ = tensor;
  pending.operation_ = collectives(tensor).sum(pending.host_);
  return pending;
}

void Group::Pending::wait() {
  if (!operation_) return;
  group_->await(*operation_);
  operation_.reset();
  if (target_.defined()) target_.copy_(host_);
}

void Group::broadcast(const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_gradients;
  std::map<std::pair<bool, at::ScalarType>, std::vector<at::Tensor>> by_place;
  for (const at::Tensor& tensor : tensors)
    by_place[{takes_gpu(tensor), tensor.scalar_type()}].push_back(tensor);
  for (const auto& [place, all] : by_place) {
    require_whole();
    std::vector<at::Tensor> flat;
    flat.reserve(all.size());
    for (const at::Tensor& tensor : all)
      flat.push_back((place.first ? tensor.detach() : tensor.detach().cpu()).flatten());
    const at::Tensor values = at::cat(flat);
    watch_->begin_operation();
    await(*collectives(values).broadcast(values));
    int64_t start = 0;
    for (const at::Tensor& tensor : all) {
      const int64_t end = start + tensor.numel();
      if (options_.rank != 0) tensor.detach().copy_(values.slice(0, start, end).view(tensor.sizes()));
      start = end;
    }
  }
}

std::vector<at::Tensor> Group::gather(const at::Tensor& own) {
  require_whole();
  std::vector<at::Tensor> all;
  all.reserve(options_.size);
  for (int rank = 0; rank < options_.size; ++rank) all.push_back(at::empty_like(own));
  watch_->begin_operation();
  await(*gloo_->gather(all, own));
  return all;
}

std::vector<double> Group::gather(const std::vector<double>& own) {
  std::vector<double> all;
  for (const at::Tensor& part : gather(at::tensor(own, at::kDouble))) {
    const double* first = part.const_data_ptr<double>();
    all.insert(all.end(), first, first + part.numel());
  }
  return all;
}

// Tensors must have one length: gathers the lengths first, then the texts, padded to the longest.
std::vector<std::string> Group::gather(const std::string& own) {
  std::vector<double> lengths = gather(std::vector<double>{static_cast<double>(own.size())});
  const auto longest = static_cast<size_t>(*std::max_element(lengths.begin(), lengths.end()));
  std::string padded = own;
  padded.resize(longest + 1);
  std::vector<std::string> texts;
  for (const at::Tensor& part : gather(bytes_of(padded).clone())) {
    const auto* first = reinterpret_cast<const char*>(part.const_data_ptr<uint8_t>());
    texts.emplace_back(first, first + static_cast<size_t>(lengths[texts.size()]));
  }
  return texts;
}

void Group::await(Operation& operation) {
  const auto start = Clock::now();
  try {
    while (!operation.wait(kSlice)) {
      if (const auto verdict = watch_->verdict()) end(*verdict);
      if (Clock::now() - start < options_.timeout) continue;
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options_.timeout).count();
      end(watch_->who_is_late() + " (waited for " + std::to_string(seconds) + " s)");
    }
  } catch (const CodedError&) {
    throw;
  } catch (const std::exception&) {
    end(watch_->explain(runtime::first_line(std::current_exception())));
  }
}

void Group::require_whole() const {
  if (!ended_.empty()) throw CodedError("ERR_DEEPLASIA_PEER", ended_);
}

void Group::end(const std::string& why) {
  ended_ = why;
  // Threads of a broken backend may hang in an operation and cannot be stopped.
  runtime::end_without_destructors();
  // The others ask rank 0 for the reason once a second.
  if (options_.rank == 0) std::this_thread::sleep_for(3 * kSlice);
  require_whole();
  std::abort();  // not reached
}

void Group::close() {
  if (!ended_.empty() || !gloo_) return;
  gather(std::vector<double>{0});
  nccl_.reset();
  gloo_.reset();
  watch_.reset();
  ended_ = "the group was left";
}

void Group::leave(const std::string& why) {
  if (!ended_.empty() || !gloo_) return;
  ended_ = "the group was left";
  runtime::end_without_destructors();
  watch_->leave(why);
}

}  // namespace deeplasia::distributed
