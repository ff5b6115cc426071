#include "distributed/buckets.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <utility>

namespace deeplasia::distributed {
namespace {

// The same sizes as in PyTorch's DistributedDataParallel: the first bucket is small, so that it is sent
// early.
constexpr int64_t kFirstBytes = 1 << 20, kBytes = 25 << 20;

}  // namespace

// Called by autograd once a parameter's gradient is complete.
struct ReadyHook final : torch::autograd::PostAccumulateGradHook {
  ReadyHook(Buckets* owner, size_t number) : buckets(owner), parameter(number) {}
  void operator()(const torch::autograd::Variable&) override { buckets->ready(parameter); }

  Buckets* buckets;
  size_t parameter;
};

Buckets::Buckets(Group& group, std::vector<at::Tensor> parameters)
    : group_(group),
      parameters_(std::move(parameters)),
      bucket_of_(parameters_.size()),
      is_ready_(parameters_.size()) {
  int64_t bytes = 0;
  for (size_t i = parameters_.size(); i-- > 0;) {
    const int64_t limit = buckets_.size() <= 1 ? kFirstBytes : kBytes;
    if (buckets_.empty() || bytes >= limit) {
      buckets_.emplace_back();
      bytes = 0;
    }
    buckets_.back().parameters.push_back(i);
    bucket_of_[i] = buckets_.size() - 1;
    bytes += static_cast<int64_t>(parameters_[i].nbytes());
  }
  for (Bucket& bucket : buckets_) allocate(bucket, &bucket == &buckets_.back());
  for (size_t i = 0; i < parameters_.size(); ++i)
    torch::autograd::impl::set_post_acc_grad_hooks(parameters_[i], std::make_unique<ReadyHook>(this, i));
}

Buckets::~Buckets() {
  for (const at::Tensor& parameter : parameters_)
    torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
}

// Each view has its parameter's strides, so that copying a gradient copies its bytes.
void Buckets::allocate(Bucket& bucket, bool is_last) {
  int64_t elements = is_last ? static_cast<int64_t>(parameters_.size()) : 0;
  for (const size_t i : bucket.parameters) elements += parameters_[i].numel();
  bucket.flat = at::zeros({elements}, parameters_[bucket.parameters.front()].options().requires_grad(false));
  int64_t start = 0;
  for (const size_t i : bucket.parameters) {
    const at::Tensor& parameter = parameters_[i];
    bucket.views.push_back(
        parameter.is_non_overlapping_and_dense()
            ? bucket.flat.as_strided(parameter.sizes(), parameter.strides(), start)
            : bucket.flat.slice(0, start, start + parameter.numel()).view(parameter.sizes()));
    start += parameter.numel();
  }
  if (is_last) used_ = bucket.flat.slice(0, start, elements);
}

void Buckets::arm() {
  for (Bucket& bucket : buckets_) bucket.waiting = bucket.parameters.size();
  is_ready_.assign(parameters_.size(), false);
  next_ = 0;
  is_armed_ = true;
}

void Buckets::disarm() { is_armed_ = false; }

void Buckets::ready(size_t parameter) {
  if (!is_armed_ || is_ready_[parameter]) return;
  is_ready_[parameter] = true;
  Bucket& bucket = buckets_[bucket_of_[parameter]];
  if (--bucket.waiting == 0) send_complete();
}

// The last bucket waits for finish(), because it also contains which parameters have a gradient at all.
void Buckets::send_complete() {
  while (next_ + 1 < buckets_.size() && buckets_[next_].waiting == 0) send(buckets_[next_++]);
}

void Buckets::send(Bucket& bucket) {
  const at::NoGradGuard no_gradients;
  for (size_t i = 0; i < bucket.parameters.size(); ++i) {
    const at::Tensor& gradient = parameters_[bucket.parameters[i]].grad();
    if (gradient.defined())
      bucket.views[i].copy_(gradient);
    else
      bucket.views[i].zero_();
  }
  bucket.pending = group_.sum(bucket.flat);
}

void Buckets::finish() {
  const at::NoGradGuard no_gradients;
  is_armed_ = false;
  at::Tensor used = at::zeros(used_.sizes(), at::kFloat);
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].grad().defined()) used.mutable_data_ptr<float>()[i] = 1;
  used_.copy_(used);
  while (next_ < buckets_.size()) send(buckets_[next_++]);
  for (Bucket& bucket : buckets_) bucket.pending.wait();
  used.copy_(used_);
  for (const Bucket& bucket : buckets_) {
    for (size_t i = 0; i < bucket.parameters.size(); ++i) {
      const size_t number = bucket.parameters[i];
      if (used.const_data_ptr<float>()[number] == 0) continue;
      at::Tensor& gradient = parameters_[number].mutable_grad();
      if (!gradient.defined()) gradient = at::empty_like(parameters_[number].detach());
      gradient.copy_(bucket.views[i]);
    }
  }
}

}  // namespace deeplasia::distributed
