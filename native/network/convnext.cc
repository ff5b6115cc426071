#include "network/convnext.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "network/blocks.h"
#include "network/pixels.h"

namespace deeplasia::network {
namespace {

constexpr int64_t kStageCount = 4, kExpansion = 4;

struct Variant {
  const char* name;
  int64_t channels;  // of the first stage; each stage has twice those of the one before
  std::array<int64_t, kStageCount> depths;
  bool has_matrices;
};

constexpr Variant kVariants[] = {
    {"convnextv2-atto", 40, {2, 2, 6, 2}, false}, {"convnextv2-femto", 48, {2, 2, 6, 2}, false},
    {"convnextv2-pico", 64, {2, 2, 6, 2}, false}, {"convnextv2-nano", 80, {2, 2, 8, 2}, false},
    {"convnextv2-tiny", 96, {3, 3, 9, 3}, true},  {"convnextv2-base", 128, {3, 3, 27, 3}, true},
};

const Variant* variant_named(const std::string& name) {
  const auto* variant = std::find_if(std::begin(kVariants), std::end(kVariants),
                                     [&](const Variant& candidate) { return candidate.name == name; });
  return variant == std::end(kVariants) ? nullptr : variant;
}

// A 1x1 convolution over pixels whose channels come last is the same product.
constexpr const char* kPixelLinear = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.linear(x, torch.flatten(self.weight, 1), self.bias)
)";

// Global response normalisation of [B, H, W, C]. The norm has no eps: its gradient is 0 where it is 0.
constexpr const char* kResponseNorm = R"(
def forward(self, x: Tensor) -> Tensor:
    response = torch.linalg_vector_norm(x, 2, [1, 2], True)
    relative = response / (torch.mean(response, [-1], True) + 1e-6)
    return x + (self.weight * (x * relative) + self.bias)
)";

constexpr const char* kMlp = R"(
def forward(self, x: Tensor) -> Tensor:
    return self.fc2.forward(self.grn.forward(torch.gelu(self.fc1.forward(x))))
)";

// Drop path leaves out the branch of whole pictures at random, and scales the branches of the others to keep
// the mean.
constexpr const char* kConvNextBlock = R"(
def drop(self, x: Tensor) -> Tensor:
    if not self.training or self.drop_connect == 0.0:
        return x
    keep = 1.0 - self.drop_connect
    drawn = torch.rand([x.size(0), 1, 1, 1], dtype=x.dtype, device=x.device)
    return x / keep * torch.floor(drawn + keep)

def forward(self, inputs: Tensor) -> Tensor:
    x = torch.permute(self.norm.forward(self.conv_dw.forward(inputs)), [0, 2, 3, 1])
    x = torch.permute(self.mlp.forward(x), [0, 3, 1, 2])
    return inputs + self.drop(x)
)";

constexpr const char* kTrunk = R"(
def forward(self, x: Tensor) -> Tensor:
    return self.head.forward(self.stages.forward(self.stem.forward(x)))
)";

Module pixel_linear(Author& author, int64_t in, int64_t out, bool is_matrix) {
  if (is_matrix) return linear(author, in, out);
  Parts parts;
  parts.parameters = {{"weight", at::empty({out, in, 1, 1})}, {"bias", at::empty({out})}};
  parts.methods = kPixelLinear;
  return author.module("PixelLinear", parts);
}

Module response_norm(Author& author, int64_t channels) {
  Parts parts;
  parts.parameters = {{"weight", at::empty({channels})}, {"bias", at::empty({channels})}};
  parts.methods = kResponseNorm;
  return author.module("ResponseNorm", parts);
}

Module make_block(Author& author, int64_t channels, bool has_matrices, double drop_path) {
  const int64_t wide = kExpansion * channels;
  Parts mlp;
  mlp.children = {{"fc1", pixel_linear(author, channels, wide, has_matrices)},
                  {"grn", response_norm(author, wide)},
                  {"fc2", pixel_linear(author, wide, channels, has_matrices)}};
  mlp.methods = kMlp;
  Parts parts;
  parts.constants = {{"drop_connect", drop_path}};
  parts.children = {{"conv_dw", convolution(author, {channels, channels, {7, 7}, 1, channels, true}, {3, 3})},
                    {"norm", channel_norm(author, channels)},
                    {"mlp", author.module("Mlp", mlp)}};
  parts.methods = kConvNextBlock;
  return author.module("ConvNextBlock", parts);
}

// Makes a stage; all but the first halve the size of the picture.
Module make_stage(Author& author, int64_t in, int64_t out, const std::vector<Module>& blocks) {
  Parts parts;
  std::string input = "x";
  if (in != out) {
    const Module halved = convolution(author, {in, out, {2, 2}, 2, 1, true});
    parts.children.emplace_back("downsample",
                                sequence(author, "Downsample", {channel_norm(author, in), halved}));
    input = "self.downsample.forward(x)";
  }
  parts.children.emplace_back("blocks", sequence(author, "Blocks", blocks));
  parts.methods = "def forward(self, x: Tensor) -> Tensor:\n    return self.blocks.forward(" + input + ")\n";
  return author.module("Stage", parts);
}

Module make_stages(Author& author, const Variant& variant, bool has_matrices, double drop_path) {
  int64_t count = 0;
  for (const int64_t depth : variant.depths) count += depth;
  std::vector<Module> stages;
  int64_t in = variant.channels, out = variant.channels, number = 0;
  for (const int64_t depth : variant.depths) {
    std::vector<Module> blocks;
    for (int64_t i = 0; i < depth; ++i, ++number) {
      const double rate = drop_path * static_cast<double>(number) / static_cast<double>(count - 1);
      blocks.push_back(make_block(author, out, has_matrices, rate));
    }
    stages.push_back(make_stage(author, in, out, blocks));
    in = out;
    out *= 2;
  }
  return sequence(author, "Stages", stages);
}

}  // namespace

std::optional<Trunk> convnext_trunk(Author& author, const TrunkConfig& config) {
  const Variant* variant = variant_named(config.name);
  if (variant == nullptr) return std::nullopt;
  const int64_t first = variant->channels, last = first << (kStageCount - 1);
  const Convolution patches{config.planes, first, {4, 4}, 4, 1, true};
  Parts head;
  head.children = {{"norm", channel_norm(author, last)}};
  head.methods = "def forward(self, x: Tensor) -> Tensor:\n    return self.norm.forward(x)\n";
  Parts parts;
  parts.children = {
      {"stem", sequence(author, "Stem", {convolution(author, patches), channel_norm(author, first)})},
      {"stages",
       make_stages(author, *variant, config.has_matrices.value_or(variant->has_matrices), config.drop_path)},
      {"head", author.module("Head", head)}};
  parts.methods = kTrunk;
  return Trunk{author.module("ConvNext", parts), last};
}

// timm takes the mean before it normalises.
std::optional<Backbone> convnext(Author& author, const NetworkConfig& config) {
  auto trunk = convnext_trunk(author, {config.backbone, 1, config.has_matrices, config.drop_connect});
  if (!trunk) return std::nullopt;
  Parts parts;
  for (const auto& child : trunk->module.named_children())
    parts.children.emplace_back(child.name, child.value);
  parts.methods = R"(
def forward(self, x: Tensor) -> Tensor:
    x = self.stages.forward(self.stem.forward(x))
    return torch.flatten(self.head.forward(torch.mean(x, [2, 3], True)), 1)
)";
  return Backbone{author.module("PooledConvNext", parts), "convnext", trunk->features};
}

std::vector<BackboneFacts> convnext_facts() {
  std::vector<BackboneFacts> facts;
  for (const Variant& variant : kVariants)
    facts.push_back({variant.name,
                     variant.channels << (kStageCount - 1),
                     {variant.depths.begin(), variant.depths.end()}});
  return facts;
}

}  // namespace deeplasia::network
