#include "network/backbones.h"

#include "network/convnext.h"
#include "network/efficientnet.h"
#include "network/inception.h"
#include "runtime/failure.h"

namespace deeplasia::network {

std::vector<BackboneFacts> backbone_facts() {
  auto facts = efficientnet_facts();
  for (const BackboneFacts& member : convnext_facts()) facts.push_back(member);
  facts.push_back({kInceptionName, kInceptionFeatures, {}});
  return facts;
}

Backbone backbone(Author& author, const NetworkConfig& config) {
  if (config.backbone == kInceptionName) return inception(author, config);
  if (auto member = efficientnet(author, config)) return *std::move(member);
  if (auto member = convnext(author, config)) return *std::move(member);
  std::string message = "'" + config.backbone + "' is not a backbone; use ";
  for (const auto& [name, features, repeats] : backbone_facts())
    message += name + (name == kInceptionName ? "" : ", ");
  throw runtime::CodedError("ERR_DEEPLASIA_OPTION", message);
}

}  // namespace deeplasia::network
