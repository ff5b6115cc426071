#include "network/efficientnet.h"

#include <algorithm>
#include <cmath>

#include "network/blocks.h"

namespace deeplasia::network {
namespace {

struct Member {
  const char* name;
  double width, depth;   // factors on the channels and on the repeats
  int64_t nominal_size;  // side of the picture in pixels
};

constexpr Member kFamily[] = {
    {"efficientnet-b0", 1.0, 1.0, 224}, {"efficientnet-b1", 1.0, 1.1, 240},
    {"efficientnet-b2", 1.1, 1.2, 260}, {"efficientnet-b3", 1.2, 1.4, 300},
    {"efficientnet-b4", 1.4, 1.8, 380}, {"efficientnet-b5", 1.6, 2.2, 456},
    {"efficientnet-b6", 1.8, 2.6, 528}, {"efficientnet-b7", 2.0, 3.1, 600},
    {"efficientnet-b8", 2.2, 3.6, 672}, {"efficientnet-l2", 4.3, 5.3, 800},
};

struct Stage {
  int64_t repeats, kernel, stride, expand, in, out;  // values of b0
};

constexpr Stage kStages[] = {
    {1, 3, 1, 1, 32, 16},  {2, 3, 2, 6, 16, 24},   {2, 5, 2, 6, 24, 40},   {3, 3, 2, 6, 40, 80},
    {3, 5, 1, 6, 80, 112}, {4, 5, 2, 6, 112, 192}, {1, 3, 1, 6, 192, 320},
};

constexpr int64_t kStem = 32, kHead = 1280, kImageNetClasses = 1000;
constexpr double kSqueezeRatio = 0.25, kEps = 1e-3, kMomentum = 0.01;

// One block, with the values of its stage after scaling.
struct Block {
  int64_t kernel, stride, expand, in, out;
  int64_t size;  // side of its nominal input
  double drop_connect;
};

int64_t scaled_channels(double channels, double width) {
  const double wanted = channels * width;
  const int64_t rounded = std::max<int64_t>(8, static_cast<int64_t>(wanted + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * wanted ? rounded + 8 : rounded;
}

int64_t repeats_of(const Stage& stage, const Member& member) {
  return static_cast<int64_t>(std::ceil(member.depth * static_cast<double>(stage.repeats)));
}

// Returns the blocks of a member of the family. `size`: side of the nominal input of the first block.
std::vector<Block> blocks_of(const Member& member, double drop_connect, int64_t size) {
  std::vector<Block> blocks;
  for (const Stage& stage : kStages) {
    const int64_t out = scaled_channels(static_cast<double>(stage.out), member.width);
    int64_t in = scaled_channels(static_cast<double>(stage.in), member.width);
    int64_t stride = stage.stride;
    for (int64_t i = 0; i < repeats_of(stage, member); ++i) {
      blocks.push_back({stage.kernel, stride, stage.expand, in, out, size, 0});
      size = (size + stride - 1) / stride;
      in = out;
      stride = 1;
    }
  }
  const auto count = static_cast<double>(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i)
    blocks[i].drop_connect = drop_connect * static_cast<double>(i) / count;
  return blocks;
}

// Drop-connect skips the branch of whole pictures at random and scales the branches of the others to keep the
// mean.
constexpr const char* kDropConnect = R"(
def drop(self, x: Tensor) -> Tensor:
    if not self.training or self.drop_connect == 0.0:
        return x
    keep = 1.0 - self.drop_connect
    drawn = torch.rand([x.size(0), 1, 1, 1], dtype=x.dtype, device=x.device)
    return x / keep * torch.floor(drawn + keep)
)";

std::string block_methods(bool expands, bool is_residual) {
  std::string text = is_residual ? kDropConnect : "";
  text += "\ndef forward(self, inputs: Tensor) -> Tensor:\n    x = inputs\n";
  if (expands) text += "    x = torch.silu(self._bn0.forward(self._expand_conv.forward(x)))\n";
  text += "    x = torch.silu(self._bn1.forward(self._depthwise_conv.forward(x)))\n";
  text += kSqueezeExcite;
  text += "    x = self._bn2.forward(self._project_conv.forward(x))\n";
  return text + (is_residual ? "    return self.drop(x) + inputs\n" : "    return x\n");
}

// Makes an inverted bottleneck: expand, depthwise, squeeze-and-excite, project; residual if the shapes allow
// it.
Module make_block(Author& author, const Block& block, SamePadding padding) {
  const bool expands = block.expand != 1, is_residual = block.stride == 1 && block.in == block.out;
  const int64_t wide = block.in * block.expand;
  const auto squeezed =
      std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(block.in) * kSqueezeRatio));
  const auto norm = [&](int64_t channels) { return batch_norm(author, channels, kEps, kMomentum); };
  Parts parts;
  if (expands)
    parts.children = {{"_expand_conv", convolution(author, {block.in, wide, {1, 1}})}, {"_bn0", norm(wide)}};
  const Convolution depthwise{wide, wide, {block.kernel, block.kernel}, block.stride, /*groups=*/wide};
  const Named<Module> rest{
      {"_depthwise_conv", same_convolution(author, depthwise, padding, block.size)},
      {"_bn1", norm(wide)},
      {"_se_reduce", convolution(author, {wide, squeezed, {1, 1}, 1, 1, /*bias=*/true})},
      {"_se_expand", convolution(author, {squeezed, wide, {1, 1}, 1, 1, /*bias=*/true})},
      {"_project_conv", convolution(author, {wide, block.out, {1, 1}})},
      {"_bn2", norm(block.out)},
  };
  parts.children.insert(parts.children.end(), rest.begin(), rest.end());
  if (is_residual) parts.constants = {{"drop_connect", block.drop_connect}};
  parts.methods = block_methods(expands, is_residual);
  return author.module("MBConvBlock", parts);
}

constexpr const char* kEfficientNet = R"(
def forward(self, x: Tensor) -> Tensor:
    x = torch.silu(self._bn0.forward(self._conv_stem.forward(x)))
    x = self._blocks.forward(x)
    x = torch.silu(self._bn1.forward(self._conv_head.forward(x)))
    return torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1)
)";

}  // namespace

std::vector<BackboneFacts> efficientnet_facts() {
  std::vector<BackboneFacts> facts;
  for (const Member& member : kFamily) {
    facts.push_back({member.name, scaled_channels(kHead, member.width), {}});
    for (const Stage& stage : kStages) facts.back().repeats.push_back(repeats_of(stage, member));
  }
  return facts;
}

std::optional<Backbone> efficientnet(Author& author, const NetworkConfig& config) {
  const auto* member = std::find_if(std::begin(kFamily), std::end(kFamily), [&](const Member& candidate) {
    return candidate.name == config.backbone;
  });
  if (member == std::end(kFamily)) return std::nullopt;
  const int64_t stem = scaled_channels(kStem, member->width), head = scaled_channels(kHead, member->width);
  const auto blocks = blocks_of(*member, config.drop_connect, (member->nominal_size + 1) / 2);
  std::vector<Module> made;
  made.reserve(blocks.size());
  for (const Block& block : blocks) made.push_back(make_block(author, block, config.padding));

  const Convolution stem_shape{1, stem, {3, 3}, /*stride=*/2};
  Parts parts;
  parts.children = {
      {"_conv_stem", same_convolution(author, stem_shape, config.padding, member->nominal_size)},
      {"_bn0", batch_norm(author, stem, kEps, kMomentum)},
      {"_blocks", sequence(author, "Blocks", made)},
      {"_conv_head", convolution(author, {blocks.back().out, head, {1, 1}})},
      {"_bn1", batch_norm(author, head, kEps, kMomentum)},
  };
  if (config.generation == Generation::legacy && config.imagenet_classifier)
    parts.children.emplace_back("_fc", linear(author, head, kImageNetClasses));
  parts.methods = kEfficientNet;
  return Backbone{author.module("EfficientNet", parts), "base", head};
}

}  // namespace deeplasia::network
