// Tests loading and running the tiny models of test/fixtures/models; make.py there defines what each
// computes.
#include "inference/model.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include "archive/extra_file.h"
#include "check.h"
#include "failures.h"
#include "inference/forward.h"
#include "runtime/device.h"

using namespace deeplasia::test;
using deeplasia::inference::forward;
using deeplasia::inference::LoadOptions;
using deeplasia::inference::Model;
using deeplasia::inference::Outputs;
using deeplasia::runtime::parse_device;
using deeplasia::runtime::Precision;

namespace {

std::string fixture_path(const std::string& name) {
  return std::string(DEEPLASIA_FIXTURES "/models/") + name;
}

std::shared_ptr<Model> load(const std::string& name, bool optimize = true, int threads = 0) {
  return Model::load(fixture_path(name),
                     {parse_device("cpu"), threads, Precision::float32, optimize, {}, {}});
}

/// Returns one picture per value, [values, channels, 32, 32].
at::Tensor uniform(const std::vector<float>& values, int64_t channels = 1) {
  return at::tensor(values).view({-1, 1, 1, 1}).expand({-1, channels, 32, 32}).contiguous();
}

std::string forward_failure(const std::string& model, const at::Tensor& x,
                            const std::optional<std::vector<float>>& sex) {
  return failure([&] { forward(*load(model), x, sex); });
}

}  // namespace

TEST(facts_count_parameters_and_buffers) {
  const auto model = load("mean-plus-sex.pt");
  EXPECT_EQUAL(model->facts().parameters, 3);  // scale, weight, bias
  EXPECT_EQUAL(model->facts().buffers, 3);     // running mean, running variance, batches (int64)
  EXPECT_EQUAL(model->facts().bytes, 3 * 4 + 2 * 4 + 8);
  EXPECT_EQUAL(model->facts().inputs, 2);
  EXPECT(model->facts().schema.find("Tensor male") != std::string::npos);
}

TEST(forward_computes_the_outputs_of_the_model) {
  for (const bool optimize : {false, true}) {
    for (const char* name : {"mean-plus-sex.pt", "traced.pt"}) {
      const Outputs outputs = forward(*load(name, optimize), uniform({0.25, 0.5}), std::vector<float>{1, 0});
      EXPECT_EQUAL(outputs.age[0], 0.75F);
      EXPECT_EQUAL(outputs.age[1], 0.5F);
      EXPECT(!outputs.sex_logit);
    }
  }
  EXPECT_EQUAL(forward(*load("one-input.pt"), uniform({0.25}), std::nullopt).age[0], 0.25F);
  EXPECT_EQUAL(forward(*load("three-channels.pt"), uniform({0.25}, 3), std::vector<float>{0}).age[0], 1.5F);
}

TEST(a_second_output_is_the_sex) {
  const Outputs outputs = forward(*load("tuple-age-sex.pt"), uniform({0.25, 0.25}), std::vector<float>{1, 0});
  EXPECT_EQUAL(outputs.age[0], 0.75F);
  EXPECT_EQUAL(outputs.sex_logit.value()[0], 2.0F);
  EXPECT_EQUAL(outputs.sex_logit.value()[1], -2.0F);
}

TEST(an_empty_second_output_is_no_sex) {
  const Outputs outputs = forward(*load("none-for-sex.pt"), uniform({0.25}), std::vector<float>{1});
  EXPECT_EQUAL(outputs.age[0], 0.75F);
  EXPECT(!outputs.sex_logit);
}

TEST(code_that_names_another_device_runs_on_the_models) {
  for (const bool optimize : {false, true}) {
    const auto model = load("traced-on-gpu.pt", optimize);
    EXPECT_EQUAL(forward(*model, uniform({0.25}), std::vector<float>{1}).age[0], 0.75F);
  }
}

TEST(attributes_that_change_are_not_folded_away) {
  for (const bool optimize : {false, true}) {
    const auto model = load("counts-calls.pt", optimize);
    for (const float calls : {0.0F, 1.0F, 2.0F})
      EXPECT_EQUAL(forward(*model, uniform({0}), std::vector<float>{0}).age[0], calls);
  }
}

TEST(a_failing_forward_gives_only_its_reason) {
  const std::string code = "ERR_DEEPLASIA_MODEL_FORWARD: ";
  EXPECT_EQUAL(forward_failure("throws.pt", uniform({0}), std::vector<float>{0}),
               code + "the model's forward failed: this model refuses every picture");
  EXPECT_EQUAL(
      forward_failure("throws-on-bright.pt", uniform({0, 1}), std::vector<float>{0, 0}),
      code + "the model's forward failed: mat1 and mat2 shapes cannot be multiplied (2x1024 and 2x1024)");
  EXPECT_EQUAL(forward_failure("throws-on-bright.pt", uniform({0, 0}), std::vector<float>{0, 0}), "none");
  EXPECT(forward_failure("one-input.pt", uniform({0}), std::vector<float>{0})
             .starts_with(code + "the model's forward takes 1 input"));
}

// Freezing frees the other methods, and the error's trace went through a freed one.
TEST(a_failure_in_a_method_that_forward_calls_is_an_error) {
  for (const bool optimize : {false, true}) {
    const auto model = load("own-method.pt", optimize);
    EXPECT_EQUAL(forward(*model, uniform({0.25}, 3), std::vector<float>{0}).age[0], 1.5F);
    const std::string failed = failure([&] { forward(*model, uniform({0.25}), std::vector<float>{0}); });
    EXPECT(failed.starts_with("ERR_DEEPLASIA_MODEL_FORWARD: the model's forward failed: Given groups=1"));
  }
}

TEST(outputs_of_another_shape_are_refused) {
  EXPECT_EQUAL(
      forward_failure("wrong-shape.pt", uniform({0, 0, 0}), std::vector<float>{0, 0, 0}),
      "ERR_DEEPLASIA_MODEL_SHAPE: the model's age output has shape [3, 2] for 3 picture(s); one value per "
      "picture is expected");
  EXPECT(forward_failure("not-a-tensor.pt", uniform({0}), std::vector<float>{0})
             .starts_with("ERR_DEEPLASIA_MODEL_SHAPE: "));
}

TEST(each_file_that_is_no_model_has_its_own_message) {
  const auto failed = [](const char* name) { return failure([&] { load(name); }); };
  EXPECT_EQUAL(failed("none.pt"),
               "ERR_DEEPLASIA_MODEL_MISSING: cannot open the file: No such file or directory");
  EXPECT_EQUAL(failed("../models"), "ERR_DEEPLASIA_MODEL_UNREADABLE: a folder, not a model file");
  EXPECT_EQUAL(
      failed("make.py"),
      "ERR_DEEPLASIA_MODEL_UNREADABLE: not a TorchScript archive (a zip file that torch.jit.save writes)");
  EXPECT_EQUAL(
      failed("state-dict.pth"),
      "ERR_DEEPLASIA_MODEL_UNREADABLE: a PyTorch checkpoint (weights only), not a TorchScript archive");
  EXPECT_EQUAL(failed("no-forward.pt"),
               "ERR_DEEPLASIA_MODEL_UNREADABLE: the TorchScript module has no method 'forward'");
}

TEST(a_copy_that_cannot_be_written_is_an_error) {
  const auto write = [](const char* target) {
    return failure([&] {
      deeplasia::archive::write_extra_file(fixture_path("traced.pt"), target, "deeplasia.json", "{}",
                                           deeplasia::archive::Trust::no);
    });
  };
  EXPECT_EQUAL(write("/dev/full"), "ERR_DEEPLASIA_OUTPUT: cannot write the model: No space left on device");
  EXPECT_EQUAL(write("/nowhere/copy.pt"),
               "ERR_DEEPLASIA_OUTPUT: cannot write the model: No such file or directory");
}

TEST(devices_are_checked_by_name) {
  EXPECT_EQUAL(parse_device("cpu").str(), "cpu");
  EXPECT_EQUAL(failure([] { parse_device("gpu"); }),
               "ERR_DEEPLASIA_DEVICE: 'gpu' is not a device; use cpu, cuda or cuda:n");
  EXPECT(failure([] { parse_device("cuda:99"); }).starts_with("ERR_DEEPLASIA_DEVICE: "));
  EXPECT(failure([] {
           Model::load(fixture_path("traced.pt"), {parse_device("cpu"), 0, Precision::float16, true, {}, {}});
         }).starts_with("ERR_DEEPLASIA_DEVICE: 16-bit"));
}

TEST(each_model_runs_with_its_own_number_of_threads) {
  const auto standard = load("one-input.pt"), three = load("one-input.pt", true, 3);
  forward(*standard, uniform({0}), std::nullopt);
  const int before = at::get_num_threads();
  forward(*three, uniform({0}), std::nullopt);
  EXPECT_EQUAL(at::get_num_threads(), 3);
  forward(*standard, uniform({0}), std::nullopt);
  EXPECT_EQUAL(at::get_num_threads(), before);
}
