#include "network/mask_network.h"

#include <ATen/Functions.h>

#include "network/blocks.h"

namespace deeplasia::network {
namespace {

constexpr double kNormEps = 1e-5, kNormMomentum = 0.1;

// Where a block stands decides what it does before and after its three convolutions.
enum class Place { first, encoder, bottleneck, decoder };

// "Competitive": where other U-Nets concatenate or add, the larger value wins.
constexpr const char* kFirst = R"(
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    best = self.bn1.forward(self.conv0.forward(self.bn0.forward(x)))
)";
constexpr const char* kEncoder = R"(
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    best = torch.maximum(x, self.bn1.forward(self.conv0.forward(self.prelu.forward(x))))
)";
constexpr const char* kBottleneck = R"(
def forward(self, x: Tensor) -> Tensor:
    best = torch.maximum(x, self.bn1.forward(self.conv0.forward(self.prelu.forward(x))))
)";
// What was the largest in its window goes back to its place; the rest is 0.
constexpr const char* kDecoder = R"(
def forward(self, x: Tensor, kept: Tensor, indices: Tensor) -> Tensor:
    x = torch.maximum(torch.max_unpool2d(x, indices, [kept.size(2), kept.size(3)]), kept)
    best = torch.maximum(x, self.bn1.forward(self.conv0.forward(self.prelu.forward(x))))
)";
constexpr const char* kRest = R"(
    best = torch.maximum(best, self.bn2.forward(self.conv1.forward(self.prelu.forward(best))))
    x = self.bn3.forward(self.conv2.forward(self.prelu.forward(best)))
)";
constexpr const char* kPooled = R"(
    pooled, indices = torch.max_pool2d_with_indices(x, [2, 2], [2, 2])
    return pooled, x, indices
)";
constexpr const char* kPlain = "    return x\n";

constexpr const char* kPrelu = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.prelu(x, self.weight)
)";

constexpr const char* kUnet = R"(
def forward(self, x: Tensor) -> Tensor:
    x, kept1, indices1 = self.encode1.forward(x)
    x, kept2, indices2 = self.encode2.forward(x)
    x, kept3, indices3 = self.encode3.forward(x)
    x, kept4, indices4 = self.encode4.forward(x)
    x = self.bottleneck.forward(x)
    x = self.decode4.forward(x, kept4, indices4)
    x = self.decode3.forward(x, kept3, indices3)
    x = self.decode2.forward(x, kept2, indices2)
    x = self.decode1.forward(x, kept1, indices1)
    return self.classifier.forward(x)
)";

// One slope for all channels.
Module prelu(Author& author) {
  Parts parts;
  parts.parameters = {{"weight", at::empty({1})}};
  parts.methods = kPrelu;
  return author.module("PReLU", parts);
}

std::string methods_of(Place place) {
  switch (place) {
    case Place::first:
      return std::string(kFirst) + (kRest + 1) + (kPooled + 1);
    case Place::encoder:
      return std::string(kEncoder) + (kRest + 1) + (kPooled + 1);
    case Place::bottleneck:
      return std::string(kBottleneck) + (kRest + 1) + kPlain;
    case Place::decoder:
      return std::string(kDecoder) + (kRest + 1) + kPlain;
  }
  return "";
}

Module block(Author& author, const MaskNetworkConfig& config, Place place) {
  const int64_t filters = config.filters, in = place == Place::first ? 1 : filters;
  const auto spatial = [&](int64_t channels) {
    const Convolution shape{channels, filters, {config.kernel, config.kernel}, 1, 1, true};
    return convolution(author, shape, {config.kernel / 2, config.kernel / 2});
  };
  const auto norm = [&](int64_t channels) { return batch_norm(author, channels, kNormEps, kNormMomentum); };
  Parts parts;
  parts.children = {{"conv0", spatial(in)},
                    {"conv1", spatial(filters)},
                    {"conv2", convolution(author, {filters, filters, {1, 1}, 1, 1, true})}};
  if (place == Place::first) parts.children.emplace_back("bn0", norm(1));
  parts.children.emplace_back("bn1", norm(filters));
  parts.children.emplace_back("bn2", norm(filters));
  parts.children.emplace_back("bn3", norm(filters));
  parts.children.emplace_back("prelu", prelu(author));
  parts.methods = methods_of(place);
  return author.module("CompetitiveBlock", parts);
}

Module classifier(Author& author, int64_t filters) {
  constexpr int64_t kClasses = 2;
  Parts parts;
  parts.children = {{"conv", convolution(author, {filters, kClasses, {1, 1}, 1, 1, true})}};
  parts.methods = "def forward(self, x: Tensor) -> Tensor:\n    return self.conv.forward(x)\n";
  return author.module("Classifier", parts);
}

}  // namespace

Module build_mask_network(const MaskNetworkConfig& config) {
  Author author;
  const auto made = [&](Place place) { return block(author, config, place); };
  Parts unet;
  unet.children = {
      {"encode1", made(Place::first)},         {"encode2", made(Place::encoder)},
      {"encode3", made(Place::encoder)},       {"encode4", made(Place::encoder)},
      {"bottleneck", made(Place::bottleneck)}, {"decode4", made(Place::decoder)},
      {"decode3", made(Place::decoder)},       {"decode2", made(Place::decoder)},
      {"decode1", made(Place::decoder)},       {"classifier", classifier(author, config.filters)}};
  unet.methods = kUnet;
  Parts parts;
  parts.children = {{"backbone", author.module("CompetitiveUnet", unet)}};
  parts.methods = "def forward(self, x: Tensor) -> Tensor:\n    return self.backbone.forward(x)\n";
  return author.module("HandMaskModel", parts);
}

}  // namespace deeplasia::network
