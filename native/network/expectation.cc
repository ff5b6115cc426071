#include "network/expectation.h"

#include <cmath>

#include "network/blocks.h"
#include "runtime/failure.h"

#include "network/pixels.h"

namespace deeplasia::network {
namespace {

constexpr const char* kMember = R"(
def logits(self, features: Tensor) -> Tensor:
    return torch.unsqueeze(self.linear.forward(torch.dropout(features, self.dropout, self.training)), 1)

def features(self, x: Tensor) -> Tensor:
    return self.pooling.forward(self.backbone.forward(x))
)";

constexpr const char* kForward = R"(
def forward(self, x: Tensor) -> Tensor:
    logits, features = self.forward_features(x)
    return logits
)";

constexpr const char* kAlone = R"(
def forward_features(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    features = self.features(x)
    return self.logits(features), features
)";

// Both heads read the same features, less the same dropped ones. The second has the middle and the standard
// deviation of ages that are equally many, so that it starts among them.
constexpr const char* kTraining = R"(
def forward_training(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    features = torch.dropout(self.features(x), self.dropout, self.training)
    months = self.months.forward(features) * self.sd + self.middle
    return torch.unsqueeze(self.linear.forward(features), 1), months
)";

Module member(Author& author, const ExpectationConfig& config) {
  auto trunk = convnext_trunk(author, config.trunk);
  if (!trunk)
    throw runtime::CodedError("ERR_DEEPLASIA_OPTION",
                              "'" + config.trunk.name + "' is not a ConvNeXt V2 of this package");
  Parts parts;
  parts.constants = {{"dropout", config.dropout}};
  parts.children = {{"backbone", trunk->module},
                    {"pooling", generalised_mean(author)},
                    {"linear", linear(author, trunk->features, config.bins)}};
  parts.methods = kMember;
  if (config.members == 0) parts.methods += std::string(kAlone) + kForward;
  if (config.has_months) {
    const auto bins = static_cast<double>(config.bins);
    parts.constants.emplace_back("middle", (bins - 1) / 2);
    parts.constants.emplace_back("sd", bins / std::sqrt(12.0));
    parts.children.emplace_back("months", linear(author, trunk->features, 1));
    parts.methods += kTraining;
  }
  return author.module(config.members == 0 ? "ExpectationNetwork" : "ExpectationMember", parts);
}

}  // namespace

Module build_expectation(const ExpectationConfig& config) {
  Author author;
  if (config.members == 0) return member(author, config);
  Parts parts;
  std::string logits, features;
  parts.methods = "def forward_features(self, x: Tensor) -> Tuple[Tensor, Tensor]:\n";
  for (int64_t i = 0; i < config.members; ++i) {
    const std::string number = std::to_string(i), net = "self.net" + number, own = "features" + number;
    parts.children.emplace_back("net" + number, member(author, config));
    parts.methods.append("    ").append(own).append(" = ").append(net).append(".features(x)\n");
    logits.append(net).append(".logits(").append(own).append("), ");
    features.append(own).append(", ");
  }
  parts.methods += "    return torch.cat([" + logits + "], 1), torch.cat([" + features + "], 1)\n";
  parts.methods += kForward;
  return author.module("ExpectationEnsemble", parts);
}

}  // namespace deeplasia::network
