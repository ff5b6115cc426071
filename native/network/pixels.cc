#include "network/pixels.h"

#include <ATen/Functions.h>

namespace deeplasia::network {
namespace {

constexpr double kLayerNormEps = 1e-6;

// The channels become the last dimension, where layer_norm has them.
constexpr const char* kChannelNorm = R"(
def forward(self, x: Tensor) -> Tensor:
    x = torch.permute(x, [0, 2, 3, 1])
    x = torch.layer_norm(x, self.weight.size(), self.weight, self.bias, self.eps)
    return torch.permute(x, [0, 3, 1, 2])
)";

constexpr const char* kGeneralisedMean = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.pow(torch.mean(torch.pow(torch.clamp_min(x, 1e-6), self.p), [2, 3]), 1.0 / self.p)
)";

}  // namespace

Module channel_norm(Author& author, int64_t channels) {
  Parts parts;
  parts.parameters = {{"weight", at::empty({channels})}, {"bias", at::empty({channels})}};
  parts.constants = {{"eps", kLayerNormEps}};
  parts.methods = kChannelNorm;
  return author.module("ChannelNorm", parts);
}

Module generalised_mean(Author& author) {
  Parts parts;
  parts.parameters = {{"p", at::empty({1})}};
  parts.methods = kGeneralisedMean;
  return author.module("GeneralisedMean", parts);
}

}  // namespace deeplasia::network
