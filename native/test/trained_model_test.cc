// Tests training of TorchScript modules of other authors, and that a saved network is a model like others.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>

#include "archive/read_module.h"
#include "check.h"
#include "failures.h"
#include "inference/forward.h"
#include "trainers.h"
#include "training/trainer.h"

using namespace deeplasia::test;
using namespace deeplasia::training;

namespace {

std::string model_path(const std::string& name) { return std::string(DEEPLASIA_FIXTURES "/models/") + name; }

}  // namespace

TEST(modules_of_other_authors_are_trained_too) {
  TrainerOptions options = trainer_options();
  options.sex_weight = 0.5;
  Trainer trainer(deeplasia::archive::read_module(model_path("learns.pt"), deeplasia::archive::Trust::no),
                  options);
  Examples examples = tiny_examples(8);
  const double before = trainer.evaluate(examples).loss->total;
  for (int i = 0; i < 30; ++i) EXPECT(trainer.step(examples, 0.02).updated);
  EXPECT(trainer.evaluate(examples).loss->total < 0.5 * before);
  for (const auto& [name, tensor] : trainer.module().state())
    if (name.ends_with("num_batches_tracked")) EXPECT_EQUAL(tensor.item<int64_t>(), 30);
}

TEST(one_input_is_enough) {
  TrainerOptions options = trainer_options();
  options.frozen = {"norm.*"};  // in training mode it divides by a variance of 0
  Trainer trainer(deeplasia::archive::read_module(model_path("one-input.pt"), deeplasia::archive::Trust::no),
                  options);
  const Examples examples{at::full({2, 1, 32, 32}, 0.5), {}, std::vector<float>{1, 1}, {}};
  const StepResult result = trainer.step(examples, 0.1);
  EXPECT(std::abs(result.prediction.loss->total - 0.25) < 1e-6);
  EXPECT(!result.prediction.loss->sex && !result.prediction.sex_logit);
  EXPECT(std::abs(find(trainer.module().state(), "scale").item<double>() - 1.1) <
         1e-6);  // Adam's first step is the learning rate
}

TEST(a_saved_network_is_a_model_like_others) {
  const std::string path = (std::filesystem::temp_directory_path() / "deeplasia-training-test.pt").string();
  TrainerOptions options = trainer_options();
  options.frozen = {"body.weight"};
  Trainer trainer(tiny_network(Tiny::whole), options);
  trainer.step(tiny_examples(4), 0.1);
  trainer.save(path, R"({"name":"tiny"})", false);
  torch::jit::ExtraFilesMap extra{{"deeplasia.json", ""}};
  const torch::jit::Module loaded = torch::jit::load(path, c10::kCPU, extra);
  EXPECT_EQUAL(extra["deeplasia.json"], R"({"name":"tiny"})");
  for (const at::Tensor& tensor : loaded.parameters())
    EXPECT(tensor.requires_grad() && tensor.is_contiguous());

  using deeplasia::inference::Model;
  const auto model = Model::load(path, {at::kCPU, 0, deeplasia::runtime::Precision::float32, true, {}, {}});
  const Examples examples = tiny_examples(3, 9);
  const auto outputs = deeplasia::inference::forward(*model, examples.x, examples.sex);
  const Prediction own = trainer.evaluate(examples);
  for (const int64_t i : {0, 1, 2}) EXPECT(std::abs(outputs.age[i] - own.age[i]) < 1e-5);
  std::filesystem::remove(path);
  EXPECT_EQUAL(failure([&] { trainer.save("/dev/full", "{}", false); }),
               "ERR_DEEPLASIA_OUTPUT: cannot write the model: No space left on device");
}
