#include "inference/saliency.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "archive/read_module.h"
#include "graph/feature_maps.h"
#include "graph/freeze.h"
#include "inference/inputs.h"
#include "runtime/failure.h"
#include "runtime/threads.h"

namespace deeplasia::inference {
namespace {

using runtime::CodedError;

// Of a picture's side: a patch that hides about a joint, moved by half of itself.
constexpr int64_t kPatches = 10;
constexpr int64_t kFine = 4;    // pixels of the picture for a value of a fine map
constexpr size_t kForward = 8;  // covered pictures in one forward

// Returns the ages of a network's output, [B], in its own unit.
at::Tensor ages_of(const c10::IValue& output, int64_t rows, const std::optional<AgeBins>& bins) {
  const c10::IValue first = output.isTuple() && !output.toTupleRef().elements().empty()
                                ? output.toTupleRef().elements()[0]
                                : output;
  if (!first.isTensor()) throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", "the model's age output is no tensor");
  const at::Tensor& age = first.toTensor();
  if (bins && age.numel() % (rows * bins->count) == 0) {
    const at::Tensor mass = age.to(at::kDouble).reshape({rows, -1, bins->count}).softmax(2).mean(1);
    return mass.matmul(at::arange(bins->count, mass.options()) * bins->step + bins->first);
  }
  if (age.numel() != rows)
    throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", "the model does not return one age for each picture");
  return age.reshape({rows});
}

at::Tensor to_size_of(const at::Tensor& map, const at::Tensor& x) {
  return at::upsample_bilinear2d(map.unsqueeze(1), {x.size(2), x.size(3)}, /*align_corners=*/false)
      .squeeze(1);
}

int64_t patch_of(const at::Tensor& x) {
  return std::max<int64_t>(1, std::max(x.size(2), x.size(3)) / kPatches);
}

// Whether a map of features has a value for every few pixels of the picture.
bool is_fine(const at::Tensor& map, const at::Tensor& x) {
  return map.dim() == 4 && map.size(0) == x.size(0) && kFine * map.size(2) >= x.size(2) &&
         kFine * map.size(3) >= x.size(3);
}

at::Tensor summed_over_patches(const at::Tensor& map, const at::Tensor& x) {
  const int64_t half = patch_of(x) / 2, side = 2 * half + 1;
  return at::avg_pool2d(map.unsqueeze(1), {side, side}, {1, 1}, {half, half}, /*ceil_mode=*/false,
                        /*count_include_pad=*/false)
      .squeeze(1);
}

// Divides each picture by its largest value; one without any stays zero.
at::Tensor scaled(const at::Tensor& map) {
  const at::Tensor most = map.flatten(1).amax(1).clamp_min(1e-30).view({-1, 1, 1});
  return map.div(most).to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace

Saliency::Saliency(const LoadOptions& options) : options_(options) {}
Saliency::~Saliency() = default;

std::shared_ptr<Saliency> Saliency::load(const std::string& path, const LoadOptions& options) {
  return adopt(archive::read_module(path, options.trust), options);
}

std::shared_ptr<Saliency> Saliency::adopt(torch::jit::Module module, const LoadOptions& options) {
  archive::require_weights(module, options.weights_digest);
  module.eval();
  std::shared_ptr<Saliency> made(new Saliency(options));
  graph::settle(module, options.device);
  for (at::Tensor parameter : module.parameters()) {
    parameter.set_requires_grad(false);
    made->bytes_ += static_cast<int64_t>(parameter.nbytes());
  }
  const graph::FeatureMaps maps = graph::with_feature_maps(module);
  made->inputs_ = maps.graph->inputs().size() - 1;
  made->has_maps_ = maps.has_maps;
  made->code_ = std::make_unique<torch::jit::Code>(maps.graph, "saliency");
  made->module_ = std::make_unique<torch::jit::Module>(std::move(module));
  return made;
}

std::pair<at::Tensor, std::vector<at::Tensor>> Saliency::run(const at::Tensor& x, const Sex& sex) try {
  std::vector<c10::IValue> stack{module_->_ivalue()};
  for (auto& input : inputs_of(x, sex, options_.sex_plane)) {
    const bool is_tensor = input.isTensor();
    stack.push_back(is_tensor ? c10::IValue(input.toTensor().to(device())) : std::move(input));
  }
  while (stack.size() < inputs_ + 1) stack.emplace_back();
  torch::jit::InterpreterState(*code_).run(stack);
  const at::Tensor ages = ages_of(stack.at(0), x.size(0), options_.age_bins);
  return {ages, stack.at(1).toTensorVector()};
} catch (const CodedError&) {
  throw;
} catch (const std::exception&) {
  const runtime::Failure failure = runtime::describe(std::current_exception());
  if (failure.code != "ERR_DEEPLASIA_INTERNAL")
    throw CodedError("ERR_DEEPLASIA_OUT_OF_MEMORY", failure.message);
  throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's forward failed: " + failure.message);
}

at::Tensor Saliency::of(const at::Tensor& x, const Sex& sex, Method method) {
  runtime::use_threads(options_.threads);
  const at::Tensor map = method == Method::gradients && has_maps_ ? by_gradients(x, sex) : at::Tensor();
  return scaled(map.defined() ? map : by_occlusion(x, sex));
}

// Grad-CAM (Selvaraju et al. 2017) with a weight at each place, as LayerCAM has it (Jiang et al. 2021), of a
// map that is fine enough to show a joint: in the last one of an EfficientNet a place no longer stands for
// its part of the picture. What is weighted is the distance from the map's mean, which stands for a covered
// place, and in a regression what lowers the age counts as much as what raises it. The sum over a patch makes
// it comparable with occlusion.
at::Tensor Saliency::by_gradients(const at::Tensor& x, const Sex& sex) {
  const at::AutoGradMode gradients(true);
  const auto [ages, maps] = run(x.detach().clone().set_requires_grad(true), sex);
  const auto fine =
      std::find_if(maps.rbegin(), maps.rend(), [&](const at::Tensor& map) { return is_fine(map, x); });
  if (fine == maps.rend() || !ages.requires_grad()) return {};
  const auto slope =
      torch::autograd::grad({ages.sum()}, {*fine}, {}, std::nullopt, false, /*allow_unused=*/true)[0];
  if (!slope.defined()) return {};
  const at::Tensor map = fine->detach();
  const at::Tensor weighted = slope * (map - map.mean({2, 3}, /*keepdim=*/true));
  return summed_over_patches(to_size_of(weighted.abs().sum(1).to(at::kCPU, at::kFloat), x), x);
}

// How far the age moves while a patch is covered with the picture's mean (Zeiler and Fergus 2014).
at::Tensor Saliency::by_occlusion(const at::Tensor& x, const Sex& sex) {
  const at::NoGradGuard no_gradients;
  const at::Tensor ages = run(x, sex).first.to(at::kCPU, at::kDouble);
  std::vector<at::Tensor> pictures;
  for (int64_t row = 0; row < x.size(0); ++row) {
    const Sex own = sex ? Sex(std::vector<float>{(*sex)[row]}) : Sex();
    pictures.push_back(occluded(x.narrow(0, row, 1), own, ages[row].item<double>()));
  }
  return at::stack(pictures);
}

at::Tensor Saliency::occluded(const at::Tensor& picture, const Sex& sex, double age) {
  const int64_t height = picture.size(2), width = picture.size(3);
  const int64_t patch = patch_of(picture);
  const int64_t step = std::max<int64_t>(1, patch / 2);
  const at::Tensor fill = picture.mean({2, 3}, /*keepdim=*/true);
  std::vector<std::array<int64_t, 2>> corners;
  for (int64_t top = 0; top < height; top += step)
    for (int64_t left = 0; left < width; left += step) corners.push_back({top, left});
  at::Tensor moved = at::zeros({height, width}, at::kFloat), times = at::zeros_like(moved);
  const auto area = [&](const at::Tensor& plane, const std::array<int64_t, 2>& corner) {
    const auto [top, left] = corner;
    const int64_t rows = std::min(patch, height - top), columns = std::min(patch, width - left);
    return plane.narrow(-2, top, rows).narrow(-1, left, columns);
  };
  for (size_t from = 0; from < corners.size(); from += kForward) {
    const size_t count = std::min(kForward, corners.size() - from);
    at::Tensor covered = picture.repeat({static_cast<int64_t>(count), 1, 1, 1});
    for (size_t i = 0; i < count; ++i)
      area(covered.narrow(0, static_cast<int64_t>(i), 1), corners[from + i]).copy_(fill);
    const Sex sexes = sex ? Sex(std::vector<float>(count, (*sex)[0])) : Sex();
    const at::Tensor ages = run(covered, sexes).first.to(at::kCPU, at::kDouble);
    for (size_t i = 0; i < count; ++i) {
      area(moved, corners[from + i]).add_(std::abs(ages[static_cast<int64_t>(i)].item<double>() - age));
      area(times, corners[from + i]).add_(1);
    }
  }
  return moved / times;
}

}  // namespace deeplasia::inference
