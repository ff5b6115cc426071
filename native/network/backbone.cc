#include "network/backbone.h"

#include "network/efficientnet.h"
#include "network/inception.h"
#include "runtime/failure.h"

namespace deeplasia::network {

std::vector<std::string> backbone_names() {
  auto names = efficientnet_names();
  names.emplace_back(kInceptionName);
  return names;
}

Backbone backbone(Author& author, const NetworkConfig& config) {
  if (config.backbone == kInceptionName) return inception(author, config);
  if (auto member = efficientnet(author, config)) return *std::move(member);
  std::string message = "'" + config.backbone + "' is not a backbone; use ";
  for (const auto& name : backbone_names()) message += name + (name == kInceptionName ? "" : ", ");
  throw runtime::CodedError("ERR_DEEPLASIA_OPTION", message);
}

}  // namespace deeplasia::network
