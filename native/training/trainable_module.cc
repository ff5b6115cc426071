#include "training/trainable_module.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <fnmatch.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "archive/save_archive.h"
#include "fused/fuse.h"
#include "graph/device_names.h"
#include "runtime/channels_last.h"
#include "runtime/failure.h"

namespace deeplasia::training {
namespace {

using runtime::CodedError;
using torch::jit::Module;

// Returns whether native/network built the module. Other modules may contain a `view` that fails on a
// channels-last tensor.
bool is_ours(const Module& module) {
  return module.type()->name()->qualifiedName().starts_with("__torch__.deeplasia.");
}

c10::IValue run(torch::jit::Function& function, std::vector<c10::IValue> inputs) try {
  // An executor that specialises during the first calls would give them other last bits than later calls, so
  // a resumed run would differ from an uninterrupted one.
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  return function(std::move(inputs));
} catch (const std::exception&) {
  const runtime::Failure failure = runtime::describe(std::current_exception());
  if (failure.code != "ERR_DEEPLASIA_INTERNAL")
    throw CodedError("ERR_DEEPLASIA_OUT_OF_MEMORY", failure.message);
  throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's forward failed: " + failure.message);
}

// Returns an output as one value per row, [B] float32.
at::Tensor rows_of(const c10::IValue& output, int64_t rows, const char* what) {
  std::ostringstream message;
  message << "the model's " << what << " output ";
  if (!output.isTensor()) {
    message << "is a " << output.tagKind() << ", not a tensor";
  } else if (output.toTensor().numel() != rows) {
    message << "has shape " << output.toTensor().sizes() << " for " << rows
            << " picture(s); one value per picture is expected";
  } else {
    return output.toTensor().reshape({rows}).to(at::kFloat);
  }
  throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", message.str());
}

// What mask networks return, and no other: [B, 2, H, W] for pictures of H x W.
bool is_mask(const c10::IValue& output, const at::Tensor& x) {
  if (!output.isTensor() || output.toTensor().dim() != 4) return false;
  const auto& logits = output.toTensor();
  return logits.size(0) == x.size(0) && logits.size(1) == 2 && logits.size(2) == x.size(2) &&
         logits.size(3) == x.size(3);
}

// Returns the mean over the members of the expectations of [B, count] or [B, members, count] logits.
at::Tensor expectations(const c10::IValue& output, int64_t rows, const inference::AgeBins& bins) {
  if (!output.isTensor() || output.toTensor().dim() < 2 || output.toTensor().size(0) != rows ||
      output.toTensor().size(-1) != bins.count)
    throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", "the model returns no logits over " +
                                                      std::to_string(bins.count) + " ages for each picture");
  const at::Tensor likely = output.toTensor().to(at::kFloat).view({rows, -1, bins.count}).softmax(-1);
  const at::Tensor ages = at::arange(bins.count, likely.options()) * bins.step + bins.first;
  return likely.matmul(ages).mean(1);
}

Outputs unpack_expectation(const c10::IValue& output, int64_t rows, const inference::AgeBins& bins) {
  Outputs outputs;
  outputs.is_expectation = true;
  const bool has_months = output.isTuple();
  outputs.age = expectations(has_months ? output.toTupleRef().elements()[0] : output, rows, bins);
  if (has_months) outputs.month = rows_of(output.toTupleRef().elements()[1], rows, "month");
  return outputs;
}

Outputs unpack(const c10::IValue& output, const at::Tensor& x) {
  const int64_t rows = x.size(0);
  if (is_mask(output, x)) return {{}, {}, output.toTensor().to(at::kFloat)};
  if (!output.isTuple()) return {rows_of(output, rows, "age"), {}};
  const auto& elements = output.toTupleRef().elements();
  if (elements.empty()) throw CodedError("ERR_DEEPLASIA_MODEL_SHAPE", "the model returns an empty tuple");
  Outputs outputs{rows_of(elements[0], rows, "age"), {}};
  if (elements.size() > 1 && !elements[1].isNone()) outputs.sex_logit = rows_of(elements[1], rows, "sex");
  return outputs;
}

// Finds the outermost submodules whose parameters are all frozen.
void find_frozen(const Module& module, std::vector<Module>& found) {
  const auto parameters = module.parameters();
  bool any = false, all = true;
  for (const at::Tensor& tensor : parameters) {
    any = true;
    all &= !tensor.requires_grad();
  }
  if (any && all) {
    found.push_back(module);
  } else {
    for (const Module& child : module.children()) find_frozen(child, found);
  }
}

// Returns the number of a block, 7 for `base._blocks.7`; none for any other module.
std::optional<int64_t> block_number(const std::string& name) {
  constexpr std::string_view kBlocks = "_blocks.";
  const size_t at = name.rfind(kBlocks);
  if (at == std::string::npos) return {};
  int64_t number = 0;
  const char* const first = name.data() + at + kBlocks.size();
  const char* const last = name.data() + name.size();
  const auto [end, error] = std::from_chars(first, last, number);
  if (error != std::errc() || end != last) return {};
  return number;
}

}  // namespace

TrainableModule::TrainableModule(Module module, c10::Device device, const std::vector<std::string>& frozen,
                                 const Form& form)
    : module_(std::make_unique<Module>(std::move(module))), device_(device), form_(form) {
  const at::NoGradGuard no_gradients;
  is_channels_last_ = is_ours(*module_);
  for (const auto& [name, tensor] : state()) {
    const at::Tensor moved = tensor.is_floating_point() ? tensor.to(device, at::kFloat) : tensor.to(device);
    tensor.set_data(is_channels_last_ && moved.dim() == 4 ? moved.contiguous(at::MemoryFormat::ChannelsLast)
                                                          : moved);
  }
  graph::name_device(*module_, device);
  freeze(frozen);
  collect();
  module_->eval();
  const bool has_months = form_.age_bins && module_->find_method("forward_training").has_value();
  forward_ = fused::fuse(*module_, has_months ? "forward_training" : "forward");
}

TrainableModule::~TrainableModule() = default;

void TrainableModule::freeze(const std::vector<std::string>& patterns) {
  std::vector<bool> fits(patterns.size(), false);
  bool learns = false;
  for (const auto& parameter : module_->named_parameters()) {
    bool is_frozen = false;
    for (size_t i = 0; i < patterns.size(); ++i) {
      if (fnmatch(patterns[i].c_str(), parameter.name.c_str(), 0) != 0) continue;
      fits[i] = is_frozen = true;
    }
    parameter.value.set_requires_grad(!is_frozen);
    learns |= !is_frozen;
  }
  const auto unused = std::find(fits.begin(), fits.end(), false);
  if (unused != fits.end())
    throw CodedError("ERR_DEEPLASIA_OPTION", "freeze: no parameter's name matches the pattern '" +
                                                 patterns[unused - fits.begin()] + "'");
  if (!learns)
    throw CodedError("ERR_DEEPLASIA_OPTION",
                     patterns.empty()
                         ? "the model has no parameters: it was frozen when it was saved"
                         : "freeze: the patterns match all parameters, so there is nothing to train");
  find_frozen(*module_, frozen_);
}

// A tensor that has two names is one parameter.
void TrainableModule::collect() {
  for (const auto& parameter : module_->named_parameters()) names_.push_back(parameter.name);
  for (const auto& [name, tensor] : state()) {
    const at::Tensor& own = tensor;
    const bool is_known = std::any_of(learning_.begin(), learning_.end(),
                                      [&](const auto& known) { return known.second.is_same(own); });
    if (tensor.requires_grad() && !is_known) learning_.emplace_back(name, tensor);
    if (name == "loss.s") loss_weights_ = tensor;
  }
  inputs_ =
      static_cast<int64_t>(module_->get_method("forward").function().getSchema().arguments().size()) - 1;
}

// EfficientNet counts all of its blocks, also those that are not residual; the rate rises from 0 towards
// `last`. All blocks of ConvNeXt are residual, and the last has `last`.
void TrainableModule::set_drop_connect(double last) {
  int64_t count = 0;
  std::vector<std::pair<int64_t, Module>> residual;
  for (const auto& submodule : module_->named_modules()) {
    const std::optional<int64_t> number = block_number(submodule.name);
    if (!number) continue;
    count = std::max(count, *number + 1);
    if (submodule.value.hasattr("drop_connect")) residual.emplace_back(*number, submodule.value);
  }
  if (count == 0) {
    for (const auto& submodule : module_->named_modules())
      if (submodule.value.hasattr("drop_connect")) residual.emplace_back(residual.size(), submodule.value);
    count = static_cast<int64_t>(residual.size()) - 1;
  }
  if (residual.empty())
    throw CodedError("ERR_DEEPLASIA_OPTION",
                     "drop_connect: the network has no residual blocks that training can skip");
  for (auto& [number, block] : residual)
    block.setattr("drop_connect", last * static_cast<double>(number) / static_cast<double>(count));
}

std::vector<at::Tensor> TrainableModule::buffers() const {
  std::vector<at::Tensor> all;
  for (const at::Tensor& tensor : module_->buffers()) all.push_back(tensor);
  return all;
}

void TrainableModule::train(bool on) {
  if (on == is_training_) return;
  is_training_ = on;
  module_->train(on);
  if (on)
    for (Module& module : frozen_) module.eval();
}

Outputs TrainableModule::forward(const at::Tensor& x, const std::optional<std::vector<float>>& sex) {
  const bool is_plane = sex && form_.sex_plane;
  if ((sex && !is_plane ? 2 : 1) > inputs_)
    throw CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's forward takes " + std::to_string(inputs_) +
                                                        " input(s) and cannot be given the sex");
  at::Tensor input = x.to(device_);
  if (is_plane) input = inference::with_sex_plane(input, *sex, *form_.sex_plane);
  std::vector<c10::IValue> inputs{module_->_ivalue(),
                                  is_channels_last_ ? runtime::channels_last(input) : input};
  if (sex && !is_plane) inputs.emplace_back(at::tensor(*sex, device_).view({-1, 1}));
  const c10::IValue output = run(*forward_, std::move(inputs));
  return form_.age_bins ? unpack_expectation(output, x.size(0), *form_.age_bins) : unpack(output, x);
}

network::State TrainableModule::state() const { return network::state(*module_); }

network::Mismatch TrainableModule::assign(const network::State& values) {
  return network::assign(*module_, values);
}

std::unique_ptr<TrainableModule> TrainableModule::twin() const {
  const at::NoGradGuard no_gradients;
  auto twin =
      std::make_unique<TrainableModule>(module_->deepcopy(), device_, std::vector<std::string>{}, form_);
  for (const auto& [name, tensor] : twin->learning_) tensor.set_requires_grad(false);
  std::erase_if(twin->learning_, [&](const auto& theirs) {
    return std::none_of(learning_.begin(), learning_.end(),
                        [&](const auto& ours) { return ours.first == theirs.first; });
  });
  return twin;
}

void TrainableModule::save(const std::string& path, const std::string& manifest) const {
  const at::NoGradGuard no_gradients;
  Module twin = module_->deepcopy();
  for (const auto& [name, tensor] : network::state(twin)) tensor.set_data(tensor.cpu().contiguous());
  for (const at::Tensor& tensor : twin.parameters()) tensor.set_requires_grad(true);
  twin.eval();
  graph::name_device(twin, c10::kCPU);  // the code is shared with the original
  archive::save_archive(twin, path, "deeplasia.json", manifest);
  graph::name_device(*module_, device_);
}

}  // namespace deeplasia::training
