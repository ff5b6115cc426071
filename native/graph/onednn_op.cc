#include "graph/onednn_op.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <torch/custom_class.h>
#include <torch/script.h>

#include <mutex>
#include <utility>

#include "runtime/channels_last.h"

namespace deeplasia::graph {
namespace {

using runtime::channels_last;

std::optional<c10::OperatorHandle> find(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}

at::Tensor call(const c10::OperatorHandle& op, torch::jit::Stack stack) {
  op.callBoxed(&stack);
  return stack[0].toTensor();
}

// A convolution, as a constant of a graph.
struct OneDnn : torch::CustomClassHolder {
  explicit OneDnn(PackedConvolution convolution) : of(std::move(convolution)) {
    plain = *find("mkldnn::_convolution_pointwise");
    sum = *find("mkldnn::_convolution_pointwise", "binary");
    reorder = *find("mkldnn::_reorder_convolution_weight");
  }

  // The weights for pictures of a size. oneDNN chooses the layout by it, and would convert another in each
  // call.
  at::Tensor packed(at::IntArrayRef size) {
    const std::lock_guard lock(mutex);
    if (last.defined() && size == at::IntArrayRef(last_size)) return last;
    last = call(*reorder, {of.weight, of.padding, of.stride, of.dilation, of.groups, size.vec()});
    last_size = size.vec();
    return last;
  }

  PackedConvolution of;
  std::optional<c10::OperatorHandle> plain, sum, reorder;
  std::mutex mutex;
  at::Tensor last;
  std::vector<int64_t> last_size;
};

at::Tensor activated(const at::Tensor& x, const std::string& activation) {
  return activation == "relu"        ? at::relu(x)
         : activation == "swish"     ? at::silu(x)
         : activation == "hardswish" ? at::hardswish(x)
                                     : x;
}

using Other = std::optional<at::Tensor>;

// What oneDNN cannot run in one primitive.
at::Tensor in_steps(const at::Tensor& x, const PackedConvolution& of, const Other& other) {
  const at::Tensor y = at::conv2d(x, of.weight, of.bias, of.stride, of.padding, of.dilation, of.groups);
  return activated(other ? y + *other : y, of.activation);
}

at::Tensor run(const at::Tensor& x, const Other& other, const c10::intrusive_ptr<OneDnn>& convolution) {
  const PackedConvolution& of = convolution->of;
  if (x.dim() != 4 || x.scalar_type() != at::kFloat || !x.is_cpu() || x.numel() == 0 ||
      x.size(1) != of.weight.size(1) * of.groups)
    return in_steps(x, of, other);
  const c10::List<std::optional<at::Scalar>> none;
  if (!other)
    return call(*convolution->plain, {channels_last(x), convolution->packed(x.sizes()), of.bias, of.padding,
                                      of.stride, of.dilation, of.groups, of.activation, none, c10::IValue()});
  const auto side = [&](int i) {
    const int64_t reach = of.dilation[i] * (of.weight.size(2 + i) - 1) + 1;
    return (x.size(2 + i) + 2 * of.padding[i] - reach) / of.stride[i] + 1;
  };
  const std::vector<int64_t> sizes{x.size(0), of.weight.size(0), side(0), side(1)};
  if (other->sizes() != at::IntArrayRef(sizes) || other->scalar_type() != at::kFloat)
    return in_steps(x, of, other);
  const c10::IValue unary = of.activation == "none" ? c10::IValue() : c10::IValue(of.activation);
  return call(*convolution->sum, {channels_last(x), channels_last(*other), convolution->packed(x.sizes()),
                                  of.bias, of.padding, of.stride, of.dilation, of.groups, std::string("add"),
                                  c10::IValue(), unary, none, c10::IValue()});
}

TORCH_LIBRARY_FRAGMENT(deeplasia, library) {
  library.class_<OneDnn>("OneDnn");
  library.def(
      "onednn(Tensor x, Tensor? other, __torch__.torch.classes.deeplasia.OneDnn convolution) -> Tensor", run);
}

}  // namespace

torch::jit::Value* insert_convolution(torch::jit::Graph& graph, torch::jit::Value* input,
                                      torch::jit::Value* other, const PackedConvolution& convolution) {
  torch::jit::Value* weights = graph.insertConstant(c10::make_intrusive<OneDnn>(convolution));
  if (other == nullptr) other = graph.insertConstant(c10::IValue());
  return graph.insert(c10::Symbol::fromQualString("deeplasia::onednn"), {input, other, weights});
}

bool has_onednn() {
  return at::hasMKLDNN() && find("mkldnn::_convolution_pointwise") &&
         find("mkldnn::_convolution_pointwise", "binary") && find("mkldnn::_reorder_convolution_weight");
}

}  // namespace deeplasia::graph
