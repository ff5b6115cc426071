#include "network/mask_network.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>

#include "network/blocks.h"

namespace deeplasia::network {
namespace {

constexpr double kNormEps = 1e-5, kNormMomentum = 0.1;

// Where a block stands decides what it does before and after its three convolutions.
enum class Place { first, encoder, bottleneck, decoder };

// "Competitive": where other U-Nets concatenate or add, the larger value wins. A block whose first
// convolution changes the number of channels has nothing to compare its result with.
constexpr const char* kFirst = R"(
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    best = self.bn1.forward(self.conv0.forward(self.bn0.forward(x)))
)";
constexpr const char* kEncoder = R"(
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    best = torch.maximum(x, self.bn1.forward(self.conv0.forward(self.prelu.forward(x))))
)";
constexpr const char* kWidening = R"(
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    best = self.bn1.forward(self.conv0.forward(self.prelu.forward(x)))
)";
constexpr const char* kBottleneck = R"(
def forward(self, x: Tensor) -> Tensor:
    best = torch.maximum(x, self.bn1.forward(self.conv0.forward(self.prelu.forward(x))))
)";
constexpr const char* kWideningBottleneck = R"(
def forward(self, x: Tensor) -> Tensor:
    best = self.bn1.forward(self.conv0.forward(self.prelu.forward(x)))
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

// Channels of what a block gets, of its layers, and of what it returns.
struct Channels {
  int64_t in, own, out;
};

std::string methods_of(Place place, bool widens) {
  switch (place) {
    case Place::first:
      return std::string(kFirst) + (kRest + 1) + (kPooled + 1);
    case Place::encoder:
      return std::string(widens ? kWidening : kEncoder) + (kRest + 1) + (kPooled + 1);
    case Place::bottleneck:
      return std::string(widens ? kWideningBottleneck : kBottleneck) + (kRest + 1) + kPlain;
    case Place::decoder:
      return std::string(kDecoder) + (kRest + 1) + kPlain;
  }
  return "";
}

Module block(Author& author, int64_t kernel, Place place, const Channels& channels) {
  const auto [in, own, out] = channels;
  const auto spatial = [&](int64_t from) {
    const Convolution shape{from, own, {kernel, kernel}, 1, 1, true};
    return convolution(author, shape, {kernel / 2, kernel / 2});
  };
  const auto norm = [&](int64_t of) { return batch_norm(author, of, kNormEps, kNormMomentum); };
  Parts parts;
  parts.children = {{"conv0", spatial(in)},
                    {"conv1", spatial(own)},
                    {"conv2", convolution(author, {own, out, {1, 1}, 1, 1, true})}};
  if (place == Place::first) parts.children.emplace_back("bn0", norm(in));
  parts.children.emplace_back("bn1", norm(own));
  parts.children.emplace_back("bn2", norm(own));
  parts.children.emplace_back("bn3", norm(out));
  parts.children.emplace_back("prelu", prelu(author));
  parts.methods = methods_of(place, in != own);
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
  const auto made = [&](Place place, int64_t in, int64_t own, int64_t out) {
    return block(author, config.kernel, place, {in, own, out});
  };
  // Channels after no pooling, one, … four. The way up undoes each step of the way down.
  std::array<int64_t, 5> width{config.filters};
  for (size_t i = 1; i < width.size(); ++i)
    width[i] = std::max(width[i - 1], std::min(2 * width[i - 1], config.max_filters));
  const auto [w1, w2, w3, w4, w5] = width;
  Parts unet;
  unet.children = {
      {"encode1", made(Place::first, 1, w1, w1)},          {"encode2", made(Place::encoder, w1, w2, w2)},
      {"encode3", made(Place::encoder, w2, w3, w3)},       {"encode4", made(Place::encoder, w3, w4, w4)},
      {"bottleneck", made(Place::bottleneck, w4, w5, w4)}, {"decode4", made(Place::decoder, w4, w4, w3)},
      {"decode3", made(Place::decoder, w3, w3, w2)},       {"decode2", made(Place::decoder, w2, w2, w1)},
      {"decode1", made(Place::decoder, w1, w1, w1)},       {"classifier", classifier(author, w1)}};
  unet.methods = kUnet;
  Parts parts;
  parts.children = {{"backbone", author.module("CompetitiveUnet", unet)}};
  parts.methods = "def forward(self, x: Tensor) -> Tensor:\n    return self.backbone.forward(x)\n";
  return author.module("HandMaskModel", parts);
}

}  // namespace deeplasia::network
