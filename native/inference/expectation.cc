#include "inference/expectation.h"

#include <torch/script.h>

#include <sstream>

#include "runtime/failure.h"

namespace deeplasia::inference {
namespace {

constexpr double kLow = 0.05, kHigh = 0.95;

std::vector<float> floats(const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kFloat).contiguous().flatten();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

// Returns the first age at which the distribution reaches `share`. mass: [B, count].
at::Tensor quantile(const at::Tensor& mass, const at::Tensor& ages, double share) {
  const at::Tensor reached = mass.cumsum(1).ge(share - 1e-9);
  return ages.index_select(0, reached.to(at::kByte).argmax(1));
}

}  // namespace

Expectation expectation_of(const at::Tensor& logits, int64_t rows, const AgeBins& bins) {
  const bool fits =
      (logits.dim() == 2 || logits.dim() == 3) && logits.size(0) == rows && logits.size(-1) == bins.count;
  if (!fits) {
    std::ostringstream message;
    message << "the model's age output has shape " << logits.sizes() << " for " << rows
            << " picture(s); the contract's ageBins ask for " << bins.count << " logits a picture and member";
    throw runtime::CodedError("ERR_DEEPLASIA_MODEL_SHAPE", message.str());
  }
  const at::Tensor wide = logits.detach().to(at::kCPU, at::kDouble).reshape({rows, -1, bins.count});
  const at::Tensor mass = wide.softmax(2);
  const at::Tensor ages = at::arange(bins.count, at::kDouble) * bins.step + bins.first;
  const at::Tensor members = mass.matmul(ages);
  const at::Tensor mixture = bins.combines_logits ? wide.mean(1).softmax(1) : mass.mean(1);
  const at::Tensor mean = mixture.matmul(ages);
  const at::Tensor from_mean = (ages.unsqueeze(0) - mean.unsqueeze(1)).square();
  return {
      .age = floats(mean),
      .members = floats(members),
      .sd = floats((mixture * from_mean).sum(1).sqrt()),
      .low = floats(quantile(mixture, ages, kLow)),
      .high = floats(quantile(mixture, ages, kHigh)),
  };
}

}  // namespace deeplasia::inference
