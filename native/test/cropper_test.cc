// The network that cuts out the hand against what timm and the published code computed.
#include <ATen/core/grad_mode.h>

#include "check.h"
#include "convnext_fixtures.h"
#include "network/mobilenet.h"

using namespace deeplasia::test;
using deeplasia::network::build_cropper;
using torch::jit::Module;

namespace {

Module cropper() {
  Module module = with_rule_made_weights(build_cropper(), 1.0);
  module.eval();
  return module;
}

}  // namespace

TEST(the_cropper_computes_what_timm_computes) {
  const at::NoGradGuard no_gradients;
  const Json all = Json::read(convnext_path("networks/outputs.json"));
  for (const Json& run : all["runs"].items()) {
    if (!run["model"].text().starts_with("mobilenetv3")) continue;
    const at::Tensor found =
        cropper().forward({grey_pictures(3, run["height"].integer(), run["width"].integer())}).toTensor();
    for (size_t i = 0; i < run["coords_xywh"].items().size(); ++i)
      EXPECT(largest_difference(found[static_cast<int64_t>(i)],
                                at::tensor(run["coords_xywh"][i].numbers())) <= 1e-5);
  }
}

TEST(the_cropper_s_state_has_timm_s_names_and_shapes) {
  const Json expected = Json::read(convnext_path("networks/state_dicts.json"));
  const auto& tensors = expected["mobilenetv3_small_100_crop"].items();
  const auto found = deeplasia::network::state(build_cropper());
  EXPECT_EQUAL(found.size(), tensors.size());
  for (size_t i = 0; i < std::min(found.size(), tensors.size()); ++i) {
    EXPECT_EQUAL(found[i].first, tensors[i][0].text());
    EXPECT_EQUAL(found[i].second.sizes(), at::IntArrayRef(tensors[i][1].integers()));
  }
}

TEST(layers_of_the_cropper_are_timm_s) {
  const at::NoGradGuard no_gradients;
  const Json expected = Json::read(convnext_path("networks/layers_crop.json"));
  const Module net = cropper(), backbone = submodule(net, "backbone");
  at::Tensor x = submodule(backbone, "conv_stem").forward({grey_pictures(1, 96, 96)}).toTensor();
  for (const Json& layer : expected["layers"].items()) {
    const std::string& name = layer["layer"].text();
    if (name.starts_with("backbone"))
      x = at::hardswish(submodule(backbone, "conv_head").forward({x}).toTensor());
    else if (name == "bn1")
      x = at::hardswish(submodule(backbone, name).forward({x}).toTensor());
    else
      x = submodule(name == "pooling" || name == "linear" ? net : backbone, name).forward({x}).toTensor();
    check_layer(x, layer);
  }
}
