#include "network/mobilenet.h"

#include "network/blocks.h"
#include "network/pixels.h"

namespace deeplasia::network {
namespace {

constexpr double kMobileNetEps = 1e-5, kMobileNetMomentum = 0.1;
constexpr int64_t kStemChannels = 16, kHeadChannels = 1024, kCoordinates = 4;

struct InvertedBlock {
  int64_t kernel, stride, expand, out;
  int64_t squeeze;  // 0: no squeeze-and-excite
  bool is_hard;     // Hardswish, else ReLU
};

// The block of the first stage does not expand.
constexpr InvertedBlock kFirstBlock{3, 2, 16, 16, 8, false};

// The blocks of the stages after it.
std::vector<std::vector<InvertedBlock>> inverted_stages() {
  return {
      {{3, 2, 72, 24, 0, false}, {3, 1, 88, 24, 0, false}},
      {{5, 2, 96, 40, 24, true}, {5, 1, 240, 40, 64, true}, {5, 1, 240, 40, 64, true}},
      {{5, 1, 120, 48, 32, true}, {5, 1, 144, 48, 40, true}},
      {{5, 2, 288, 96, 72, true}, {5, 1, 576, 96, 144, true}, {5, 1, 576, 96, 144, true}},
  };
}

constexpr int64_t kLast = 576;

constexpr const char* kSqueeze = R"(
def forward(self, x: Tensor) -> Tensor:
    squeezed = self.conv_reduce.forward(torch.mean(x, [2, 3], True))
    return x * torch.hardsigmoid(self.conv_expand.forward(torch.relu(squeezed)))
)";

constexpr const char* kBackbone = R"(
def forward(self, x: Tensor) -> Tensor:
    x = torch.hardswish(self.bn1.forward(self.conv_stem.forward(x)))
    return torch.hardswish(self.conv_head.forward(self.blocks.forward(x)))
)";

constexpr const char* kCropper = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.sigmoid(self.linear.forward(self.pooling.forward(self.backbone.forward(x))))
)";

Module norm(Author& author, int64_t channels) {
  return batch_norm(author, channels, kMobileNetEps, kMobileNetMomentum);
}

Module pointwise(Author& author, int64_t in, int64_t out, bool bias = false) {
  return convolution(author, {in, out, {1, 1}, 1, 1, bias});
}

Module depthwise(Author& author, int64_t channels, int64_t kernel, int64_t stride) {
  const int64_t padding = (kernel - 1) / 2;
  return convolution(author, {channels, channels, {kernel, kernel}, stride, channels}, {padding, padding});
}

Module squeeze_excite(Author& author, int64_t channels, int64_t squeezed) {
  Parts parts;
  parts.children = {{"conv_reduce", pointwise(author, channels, squeezed, true)},
                    {"conv_expand", pointwise(author, squeezed, channels, true)}};
  parts.methods = kSqueeze;
  return author.module("SqueezeExcite", parts);
}

Module first_block(Author& author) {
  Parts parts;
  parts.children = {{"conv_dw", depthwise(author, kStemChannels, kFirstBlock.kernel, kFirstBlock.stride)},
                    {"bn1", norm(author, kStemChannels)},
                    {"se", squeeze_excite(author, kStemChannels, kFirstBlock.squeeze)},
                    {"conv_pw", pointwise(author, kStemChannels, kFirstBlock.out)},
                    {"bn2", norm(author, kFirstBlock.out)}};
  parts.methods = R"(
def forward(self, x: Tensor) -> Tensor:
    x = self.se.forward(torch.relu(self.bn1.forward(self.conv_dw.forward(x))))
    return self.bn2.forward(self.conv_pw.forward(x))
)";
  return author.module("DepthwiseBlock", parts);
}

Module inverted_block(Author& author, const InvertedBlock& block, int64_t in) {
  const std::string activation = block.is_hard ? "torch.hardswish" : "torch.relu";
  const bool is_residual = block.stride == 1 && in == block.out;
  Parts parts;
  parts.children = {{"conv_pw", pointwise(author, in, block.expand)},
                    {"bn1", norm(author, block.expand)},
                    {"conv_dw", depthwise(author, block.expand, block.kernel, block.stride)},
                    {"bn2", norm(author, block.expand)}};
  parts.methods = "def forward(self, inputs: Tensor) -> Tensor:\n    x = " + activation +
                  "(self.bn1.forward(self.conv_pw.forward(inputs)))\n    x = " + activation +
                  "(self.bn2.forward(self.conv_dw.forward(x)))\n";
  if (block.squeeze > 0) {
    parts.children.emplace_back("se", squeeze_excite(author, block.expand, block.squeeze));
    parts.methods += "    x = self.se.forward(x)\n";
  }
  parts.children.emplace_back("conv_pwl", pointwise(author, block.expand, block.out));
  parts.children.emplace_back("bn3", norm(author, block.out));
  parts.methods += std::string("    x = self.bn3.forward(self.conv_pwl.forward(x))\n    return x") +
                   (is_residual ? " + inputs\n" : "\n");
  return author.module("InvertedBlock", parts);
}

Module last_block(Author& author, int64_t in) {
  Parts parts;
  parts.children = {{"conv", pointwise(author, in, kLast)}, {"bn1", norm(author, kLast)}};
  parts.methods = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.hardswish(self.bn1.forward(self.conv.forward(x)))
)";
  return author.module("PointwiseBlock", parts);
}

Module blocks(Author& author) {
  std::vector<Module> stages{sequence(author, "Stage", {first_block(author)})};
  int64_t channels = kFirstBlock.out;
  for (const auto& stage : inverted_stages()) {
    std::vector<Module> made;
    for (const InvertedBlock& block : stage) {
      made.push_back(inverted_block(author, block, channels));
      channels = block.out;
    }
    stages.push_back(sequence(author, "Stage", made));
  }
  stages.push_back(sequence(author, "Stage", {last_block(author, channels)}));
  return sequence(author, "Stages", stages);
}

}  // namespace

Module build_cropper() {
  Author author;
  Parts backbone;
  backbone.children = {{"conv_stem", convolution(author, {1, kStemChannels, {3, 3}, 2}, {1, 1})},
                       {"bn1", norm(author, kStemChannels)},
                       {"blocks", blocks(author)},
                       {"conv_head", pointwise(author, kLast, kHeadChannels, true)}};
  backbone.methods = kBackbone;
  Parts parts;
  parts.children = {{"backbone", author.module("MobileNet", backbone)},
                    {"pooling", generalised_mean(author)},
                    {"linear", linear(author, kHeadChannels, kCoordinates)}};
  parts.methods = kCropper;
  return author.module("Cropper", parts);
}

}  // namespace deeplasia::network
