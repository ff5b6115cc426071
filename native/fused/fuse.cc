#include "fused/fuse.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/subgraph_rewrite.h>
#include <torch/library.h>

#include "fused/layers.h"

namespace deeplasia::fused {
namespace {

// Operators, and what stands in their place. The order counts: the first pattern takes its operators.
struct Rewrite {
  const char *pattern, *replacement;
};

constexpr Rewrite kRewrites[] = {
    {R"(graph(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn):
  %y = aten::batch_norm(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn)
  %out = aten::silu(%y)
  return (%out))",
     R"(graph(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn):
  %silu : bool = prim::Constant[value=1]()
  %out = deeplasia::norm(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn, %silu)
  return (%out))"},
    {R"(graph(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn):
  %out = aten::batch_norm(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn)
  return (%out))",
     R"(graph(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn):
  %silu : bool = prim::Constant[value=0]()
  %out = deeplasia::norm(%x, %w, %b, %mean, %var, %training, %momentum, %eps, %cudnn, %silu)
  return (%out))"},
    {R"(graph(%x, %size, %w1, %b1, %s1, %p1, %d1, %g1, %w2, %b2, %s2, %p2, %d2, %g2):
  %mean = aten::adaptive_avg_pool2d(%x, %size)
  %reduced = aten::conv2d(%mean, %w1, %b1, %s1, %p1, %d1, %g1)
  %hidden = aten::silu(%reduced)
  %excited = aten::conv2d(%hidden, %w2, %b2, %s2, %p2, %d2, %g2)
  %gate = aten::sigmoid(%excited)
  %out = aten::mul(%gate, %x)
  return (%out))",
     R"(graph(%x, %size, %w1, %b1, %s1, %p1, %d1, %g1, %w2, %b2, %s2, %p2, %d2, %g2):
  %out = deeplasia::squeeze_excite(%x, %size, %w1, %b1, %s1, %p1, %d1, %g1, %w2, %b2, %s2, %p2, %d2, %g2)
  return (%out))"},
    {R"(graph(%x, %pad, %value, %w, %b, %stride, %padding, %dilation, %groups):
  %padded = aten::constant_pad_nd(%x, %pad, %value)
  %out = aten::conv2d(%padded, %w, %b, %stride, %padding, %dilation, %groups)
  return (%out))",
     R"(graph(%x, %pad, %value, %w, %b, %stride, %padding, %dilation, %groups):
  %out = deeplasia::conv2d(%x, %pad, %value, %w, %b, %stride, %padding, %dilation, %groups)
  return (%out))"},
    {R"(graph(%x, %w, %b, %stride, %padding, %dilation, %groups):
  %out = aten::conv2d(%x, %w, %b, %stride, %padding, %dilation, %groups)
  return (%out))",
     R"(graph(%x, %w, %b, %stride, %padding, %dilation, %groups):
  %value : int = prim::Constant[value=0]()
  %pad : int[] = prim::ListConstruct()
  %out = deeplasia::conv2d(%x, %pad, %value, %w, %b, %stride, %padding, %dilation, %groups)
  return (%out))"},
};

TORCH_LIBRARY_FRAGMENT(deeplasia, library) {
  library.def(
      "norm(Tensor x, Tensor? weight, Tensor? bias, Tensor? mean, Tensor? variance, bool training, float "
      "momentum, "
      "float eps, bool cudnn, bool silu) -> Tensor",
      norm);
  library.def(
      "conv2d(Tensor x, int[] pad, Scalar value, Tensor weight, Tensor? bias, int[] stride, int[] padding, "
      "int[] dilation, int groups) -> Tensor",
      conv2d);
  library.def(
      "squeeze_excite(Tensor x, int[] size, Tensor w1, Tensor? b1, int[] stride1, int[] padding1, int[] "
      "dilation1, "
      "int groups1, Tensor w2, Tensor? b2, int[] stride2, int[] padding2, int[] dilation2, int groups2) -> "
      "Tensor",
      [](const at::Tensor& x, at::IntArrayRef size, const at::Tensor& w1, const MaybeTensor& b1,
         at::IntArrayRef s1, at::IntArrayRef p1, at::IntArrayRef d1, int64_t g1, const at::Tensor& w2,
         const MaybeTensor& b2, at::IntArrayRef s2, at::IntArrayRef p2, at::IntArrayRef d2,
         int64_t g2) { return squeeze_excite(x, size, {w1, b1, s1, p1, d1, g1}, {w2, b2, s2, p2, d2, g2}); });
}

}  // namespace

std::unique_ptr<torch::jit::Function> fuse(const torch::jit::Module& module, const std::string& method) {
  const auto graph = torch::jit::toGraphFunction(module.get_method(method).function()).graph()->copy();
  torch::jit::Inline(*graph);
  for (const Rewrite& rewrite : kRewrites) {
    torch::jit::SubgraphRewriter rewriter;
    rewriter.RegisterRewritePattern(rewrite.pattern, rewrite.replacement);
    std::shared_ptr<torch::jit::Graph> whole = graph;
    rewriter.runOnGraph(whole);
  }
  auto function =
      std::make_unique<torch::jit::GraphFunction>(c10::QualifiedName("deeplasia." + method), graph, nullptr);
  // A graph has no default values of arguments.
  function->setSchema(module.get_method(method).function().getSchema());
  return function;
}

}  // namespace deeplasia::fused
