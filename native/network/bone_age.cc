#include "network/bone_age.h"

#include <ATen/Functions.h>

#include "network/backbones.h"
#include "network/blocks.h"

namespace deeplasia::network {
namespace {

// Makes linear layer, dropout and activation for each width in turn.
Module dense_blocks(Author& author, int64_t in, const std::vector<int64_t>& widths, double dropout,
                    const std::string& activation) {
  std::vector<Module> layers;
  for (const int64_t width : widths) {
    layers.push_back(linear(author, in, width));
    in = width;
  }
  const auto step = [&](const std::string& call) {
    return activation + "(torch.dropout(" + call + ", self.dropout, self.training))";
  };
  return sequence(author, "DenseBlocks", layers, step, {{"dropout", dropout}});
}

int64_t last(const std::vector<int64_t>& widths, int64_t before) {
  return widths.empty() ? before : widths.back();
}

bool is_explicit(const NetworkConfig& config) { return !config.explicit_sex_classifier.empty(); }

// Returns the type of `male`. It is optional where an explicit classifier replaces a missing sex, and where
// the network has no sex input.
std::string type_of_male(const NetworkConfig& config) {
  return is_explicit(config) || config.sex_dcs == 0 ? "Optional[Tensor]=None" : "Tensor";
}

// Returns the code that computes the value of the sex input. A predicted sex is the raw logit, detached, so
// that the age loss does not train the classifier.
std::string sex_source(const NetworkConfig& config) {
  if (!is_explicit(config)) return config.sex_dcs == 0 ? "" : "    sex = male\n";
  std::string text = R"(
    sex_logit = self.fc_sex.forward(self.explicit_sex_classifier.forward(features))
    sex = sex_logit.detach()
)";
  if (config.correct_predicted_sex) text += "    if male is not None:\n        sex = male\n";
  return text;
}

std::string dense_methods(const NetworkConfig& config) {
  std::string text = "def forward(self, features: Tensor, male: " + type_of_male(config) +
                     ") -> Tuple[Tensor, Tensor]:\n    x = features\n" + sex_source(config);
  if (config.sex_dcs > 0) text += "    x = torch.cat([x, torch.relu(self.fc_gender_in.forward(sex))], 1)\n";
  text += "    x = self.dense_blocks.forward(x)\n";
  if (!is_explicit(config)) text += "    sex_logit = self.fc_sex.forward(x)\n";
  return text + "    return self.fc_boneage.forward(x), sex_logit\n";
}

// Makes the sex input and the two heads, over [B, features].
Module dense(Author& author, const NetworkConfig& config, int64_t features) {
  const auto& classifier = config.explicit_sex_classifier;
  const int64_t in = features + config.sex_dcs;
  const int64_t out = last(config.dense_layers, in);
  Parts parts;
  parts.children = {
      {"fc_gender_in", linear(author, 1, config.sex_dcs)},
      {"dense_blocks", dense_blocks(author, in, config.dense_layers, config.dropout, "torch.relu")},
      {"fc_boneage", linear(author, out, 1)},
      {"fc_sex", linear(author, last(classifier, is_explicit(config) ? features : out), 1)},
  };
  if (is_explicit(config))
    parts.children.emplace_back("explicit_sex_classifier",
                                dense_blocks(author, features, classifier, config.dropout, "torch.relu"));
  parts.methods = dense_methods(config);
  return author.module("DenseNetwork", parts);
}

// Holds the learnable loss weights only: the loss itself is not part of the network.
Module loss_weights(Author& author, const std::array<double, 2>& sigma) {
  Parts parts;
  parts.parameters = {{"s", at::tensor({sigma[0], sigma[1]}, at::kFloat)}};
  return author.module("LossWeights", parts);
}

Module current(Author& author, const NetworkConfig& config) {
  const Backbone backbone = network::backbone(author, config);
  Parts wrapper;
  wrapper.children = {{backbone.attribute, backbone.module}};
  wrapper.methods =
      "def forward(self, x: Tensor) -> Tensor:\n    return self." + backbone.attribute + ".forward(x)\n";
  Parts parts;
  parts.children = {{"backbone", author.module("Backbone", wrapper)},
                    {"dense", dense(author, config, backbone.features)}};
  if (config.learnable_sigma)
    parts.children.emplace_back("loss", loss_weights(author, *config.learnable_sigma));
  const std::string arguments = "(self, x: Tensor, male: " + type_of_male(config) + ")";
  parts.methods = "def forward_features" + arguments + R"( -> Tuple[Tensor, Tensor, Tensor]:
    features = self.backbone.forward(x)
    age, sex_logit = self.dense.forward(features, male)
    return age, sex_logit, features

def forward)" + arguments +
                  R"( -> Tuple[Tensor, Tensor]:
    age, sex_logit, features = self.forward_features(x, male)
    return age, sex_logit
)";
  return author.module("BoneAgeModel", parts);
}

// The legacy EfficientNet uses SiLU everywhere, also on the features. The legacy Inception uses ReLU, but not
// on the features.
Module legacy(Author& author, const NetworkConfig& config) {
  const Backbone backbone = network::backbone(author, config);
  const bool is_inception = backbone.attribute == "features";
  const std::string activation = is_inception ? "torch.relu" : "torch.silu";
  const std::string sex_input = is_inception ? "male_fc" : "fc_gender_in";
  const int64_t in = backbone.features + config.sex_dcs;
  Parts parts;
  parts.constants = {{"dropout", config.dropout}};
  parts.children = {
      {backbone.attribute, backbone.module},
      {sex_input, linear(author, 1, config.sex_dcs)},
      {"dense_blocks", dense_blocks(author, in, config.dense_layers, config.dropout, activation)},
      {"fc_boneage", linear(author, last(config.dense_layers, in), 1)},
  };
  parts.methods = R"(
def forward_features(self, x: Tensor, male: Tensor) -> Tuple[Tensor, Tensor]:
    features = self.)" +
                  backbone.attribute + R"(.forward(x)
    x = torch.dropout(features, self.dropout, self.training)
)" + (is_inception ? "" : "    x = torch.silu(x)\n") +
                  "    x = torch.cat([x, " + activation + "(self." + sex_input + R"(.forward(male))], 1)
    return self.fc_boneage.forward(self.dense_blocks.forward(x)), features

def forward(self, x: Tensor, male: Tensor) -> Tensor:
    age, features = self.forward_features(x, male)
    return age
)";
  return author.module("LegacyBoneAgeModel", parts);
}

}  // namespace

Module build(const NetworkConfig& config) {
  Author author;
  return config.generation == Generation::legacy ? legacy(author, config) : current(author, config);
}

}  // namespace deeplasia::network
