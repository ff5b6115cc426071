#include "network/blocks.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace deeplasia::network {
namespace {

constexpr const char* kConvolution = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, [1, 1], self.groups)
)";

// conv2d pads equally before and after; this padding may differ.
constexpr const char* kPaddedConvolution = R"(
def forward(self, x: Tensor) -> Tensor:
    x = torch.constant_pad_nd(x, self.same_padding)
    return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, [1, 1], self.groups)
)";

constexpr const char* kDynamicConvolution = R"(
def total_padding(self, size: int, kernel: int, stride: int) -> int:
    return max((size - 1) // stride * stride + kernel - size, 0)

def forward(self, x: Tensor) -> Tensor:
    rows = self.total_padding(x.size(2), self.weight.size(2), self.stride[0])
    columns = self.total_padding(x.size(3), self.weight.size(3), self.stride[1])
    x = torch.constant_pad_nd(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
    return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, [1, 1], self.groups)
)";

constexpr const char* kBatchNorm = R"(
def forward(self, x: Tensor) -> Tensor:
    if self.training:
        self.num_batches_tracked.add_(1)
    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var,
                            self.training, self.momentum, self.eps, True)
)";

constexpr const char* kLinear = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.linear(x, self.weight, self.bias)
)";

c10::IValue integers(std::vector<int64_t> values) { return c10::IValue(std::move(values)); }

Parts convolution_parts(const Convolution& shape, std::array<int64_t, 2> padding) {
  Parts parts;
  parts.parameters = {
      {"weight", at::empty({shape.out, shape.in / shape.groups, shape.kernel[0], shape.kernel[1]})}};
  if (shape.bias)
    parts.parameters.emplace_back("bias", at::empty({shape.out}));
  else
    parts.constants.emplace_back("bias", c10::IValue());
  parts.constants.emplace_back("stride", integers({shape.stride, shape.stride}));
  parts.constants.emplace_back("padding", integers({padding[0], padding[1]}));
  parts.constants.emplace_back("groups", shape.groups);
  parts.methods = kConvolution;
  return parts;
}

}  // namespace

const char* const kSqueezeExcite = R"(
    squeezed = torch.adaptive_avg_pool2d(x, [1, 1])
    squeezed = self._se_expand.forward(torch.silu(self._se_reduce.forward(squeezed)))
    x = torch.sigmoid(squeezed) * x
)";

std::array<int64_t, 2> same_padding(int64_t size, int64_t kernel, int64_t stride) {
  const int64_t total = std::max<int64_t>((size - 1) / stride * stride + kernel - size, 0);
  return {total / 2, total - total / 2};
}

Module convolution(Author& author, const Convolution& shape, std::array<int64_t, 2> padding) {
  return author.module("Conv2d", convolution_parts(shape, padding));
}

Module same_convolution(Author& author, const Convolution& shape, SamePadding padding, int64_t nominal_size) {
  if (padding == SamePadding::dynamic && shape.kernel[0] > 1) {
    Parts parts = convolution_parts(shape, {0, 0});
    parts.methods = kDynamicConvolution;
    return author.module("DynamicSameConv2d", parts);
  }
  const auto [before, after] = same_padding(nominal_size, shape.kernel[0], shape.stride);
  if (before == after) return convolution(author, shape, {before, before});
  Parts parts = convolution_parts(shape, {0, 0});
  parts.constants.emplace_back("same_padding", integers({before, after, before, after}));
  parts.methods = kPaddedConvolution;
  return author.module("StaticSameConv2d", parts);
}

Module batch_norm(Author& author, int64_t channels, double eps, double momentum) {
  Parts parts;
  parts.parameters = {{"weight", at::empty({channels})}, {"bias", at::empty({channels})}};
  parts.buffers = {{"running_mean", at::zeros({channels})},
                   {"running_var", at::ones({channels})},
                   {"num_batches_tracked", at::zeros({}, at::kLong)}};
  parts.constants = {{"eps", eps}, {"momentum", momentum}};
  parts.methods = kBatchNorm;
  return author.module("BatchNorm2d", parts);
}

Module linear(Author& author, int64_t in, int64_t out) {
  Parts parts;
  parts.parameters = {{"weight", at::empty({out, in})}, {"bias", at::empty({out})}};
  parts.methods = kLinear;
  return author.module("Linear", parts);
}

Module sequence(Author& author, const std::string& type_name, const std::vector<Module>& layers,
                const Step& step, const Named<c10::IValue>& constants) {
  Parts parts;
  parts.constants = constants;
  parts.methods = "def forward(self, x: Tensor) -> Tensor:\n";
  for (size_t i = 0; i < layers.size(); ++i) {
    parts.children.emplace_back(std::to_string(i), layers[i]);
    parts.methods += "    x = " + step("getattr(self, \"" + std::to_string(i) + "\").forward(x)") + "\n";
  }
  parts.methods += "    return x\n";
  return author.module(type_name, parts);
}

}  // namespace deeplasia::network
