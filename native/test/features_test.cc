// Tests the pooled features, which come from the same graph as the outputs.
#include "graph/features.h"

#include <ATen/Functions.h>

#include "check.h"
#include "failures.h"
#include "inference/forward.h"
#include "networks.h"

using namespace deeplasia::test;
using deeplasia::inference::forward;
using deeplasia::inference::Model;
using deeplasia::inference::Want;
using deeplasia::network::Generation;
using deeplasia::network::NetworkConfig;
using deeplasia::runtime::Precision;

namespace {

const std::vector<float> kSexes{1, 0, 1};

at::Tensor pictures() { return at::linspace(-1, 1, 3 * 64 * 64).view({3, 1, 64, 64}); }

std::shared_ptr<Model> adopt(const torch::jit::Module& module, bool optimize) {
  return Model::adopt(module.clone(), {c10::Device(c10::kCPU), 1, Precision::float32, optimize, {}, {}});
}

}  // namespace

TEST(features_are_those_of_forward_features_and_change_no_output) {
  for (const auto generation : {Generation::current, Generation::legacy}) {
    NetworkConfig config;
    config.generation = generation;
    torch::jit::Module module = small_network(config);
    module.eval();
    const auto expected =
        module.get_method("forward_features")({pictures(), at::tensor(kSexes).view({3, 1})});
    const at::Tensor features = expected.toTupleRef().elements().back().toTensor();
    for (const bool optimize : {false, true}) {
      const auto model = adopt(module, optimize);
      const auto with = forward(*model, pictures(), kSexes, Want::features);
      const auto without = forward(*model, pictures(), kSexes);
      EXPECT(model->facts().has_features);
      EXPECT(!without.features.defined() && with.age == without.age);
      EXPECT_EQUAL(with.sex_logit.has_value(), generation == Generation::current);
      EXPECT_EQUAL(with.features.sizes(), features.sizes());
      EXPECT(largest_difference(with.features, features) < 1e-4 * features.abs().max().item<double>());
    }
  }
}

// The error's trace names functions of the original network, which no longer exists.
TEST(a_failure_inside_a_network_is_an_error_and_leaves_it_usable) {
  const auto model = adopt(small_network(), true);
  const auto before = forward(*model, pictures(), kSexes);
  for (int repetition = 0; repetition < 3; ++repetition) {
    const auto colour = pictures().expand({3, 3, 64, 64});
    const std::string failed = failure([&] { forward(*model, colour, kSexes); });
    EXPECT(failed.starts_with(
        "ERR_DEEPLASIA_MODEL_FORWARD: the model's forward failed: expected pictures of 1 channel"));
    EXPECT(forward(*model, pictures(), kSexes).age == before.age);
  }
}

TEST(another_forward_features_is_left_alone) {
  for (const char* other :
       {"def forward_features(self, x: Tensor) -> Tensor:\n    return x\n",
        "def forward_features(self, y: Tensor) -> Tuple[Tensor, Tensor]:\n    return y, y\n",
        "def forward_features(self, x: Tensor, y: Tensor) -> Tuple[Tensor, Tensor]:\n"
        "    return x, y\n"}) {
    torch::jit::Module module("other");
    module.define("def forward(self, x: Tensor) -> Tensor:\n    return x.mean([1, 2, 3])\n");
    module.define(other);
    EXPECT(!deeplasia::graph::gives_features(module));
    const auto model = adopt(module, true);
    EXPECT_EQUAL(forward(*model, at::ones({2, 1, 8, 8}), std::nullopt).age[0], 1.0F);
    EXPECT_EQUAL(failure([&] { forward(*model, at::ones({2, 1, 8, 8}), std::nullopt, Want::features); }),
                 "ERR_DEEPLASIA_OPTION: this model returns no features: only networks made by convert, "
                 "init or train do");
  }
}
