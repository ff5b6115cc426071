#include "graph/mbconv_op.h"

#include <ATen/Parallel.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <torch/custom_class.h>
#include <torch/script.h>

#include <algorithm>

#include "kernels/thread_pool.h"

namespace deeplasia::graph {
namespace {

using kernels::ThreadPool;

// A block's weights as a constant of a graph.
struct MbConv : torch::CustomClassHolder {
  explicit MbConv(const kernels::MbConv& shape) : block(shape, kernels::best_code()) {}
  kernels::Block block;
};

// x as [B, H, W, C] whose pixels lie one after the other; residual blocks read their channels as whole
// vectors.
at::Tensor channels_last(const at::Tensor& x, const kernels::Block& block, int64_t stride) {
  at::Tensor input = x.permute({0, 2, 3, 1});
  if (block.residual() && input.stride(2) != stride && input.size(3) < stride)
    input = at::constant_pad_nd(input, {0, stride - input.size(3)});
  const bool is_dense = input.stride(3) == 1 && input.stride(1) == input.size(2) * input.stride(2) &&
                        input.stride(0) == input.size(1) * input.stride(1);
  return is_dense ? input : input.contiguous();
}

// x: [B, C, H, W] in any layout. The result is channels-last, with the padding of its channels cut off by a
// view. As many pictures as there are threads run side by side, the others one by one in all threads: a
// picture's bytes are the same.
at::Tensor run(const at::Tensor& x, const c10::intrusive_ptr<MbConv>& of) {
  const kernels::Block& block = of->block;
  TORCH_CHECK(
      x.dim() == 4 && x.size(1) == block.channels() && x.scalar_type() == at::kFloat && x.device().is_cpu(),
      "expected pictures of ", block.channels(), " channel(s) in float32 on the CPU, but got ", x.sizes(),
      " in ", x.scalar_type());
  TORCH_CHECK(block.takes(x.size(2), x.size(3)), "the kernel is larger than the padded picture, ", x.sizes());
  const int64_t height = x.size(2), width = x.size(3), threads = at::get_num_threads();
  const auto size = block.output(height, width);
  const at::Tensor input = channels_last(x, block, size.stride);
  const at::Tensor output = at::empty({x.size(0), size.height, size.width, size.stride}, x.options());
  const float* from = input.const_data_ptr<float>();
  float* to = output.mutable_data_ptr<float>();
  const auto picture = [&](int64_t i) {
    return kernels::Picture{from + i * input.stride(0), height, width, input.stride(2)};
  };
  const int64_t beside = threads > 1 ? x.size(0) / threads * threads : 0;
  const int64_t alone = block.workspace(height, width, 1), shared = block.workspace(height, width, threads);
  const at::Tensor workspace = at::empty({std::max(beside > 0 ? alone * threads : 0, shared)}, x.options());
  float* scratch = workspace.mutable_data_ptr<float>();
  const auto in_turn = [](int64_t count, const ThreadPool::Task& task) {
    for (int64_t i = 0; i < count; ++i) task(i, 0);
  };
  const auto in_threads = [threads](int64_t count, const ThreadPool::Task& task) {
    ThreadPool::shared().run(threads, count, task);
  };
  if (beside > 0)
    in_threads(beside, [&](int64_t i, int64_t thread) {
      block.run(picture(i), to + i * output.stride(0), scratch + thread * alone, 1, in_turn);
    });
  for (int64_t i = beside; i < x.size(0); ++i)
    block.run(picture(i), to + i * output.stride(0), scratch, threads, in_threads);
  return output.narrow(3, 0, size.channels).permute({0, 3, 1, 2});
}

TORCH_LIBRARY(deeplasia, library) {
  library.class_<MbConv>("MbConv");
  library.def("mbconv(Tensor x, __torch__.torch.classes.deeplasia.MbConv block) -> Tensor", run);
}

}  // namespace

torch::jit::Value* insert_mbconv(torch::jit::Graph& graph, torch::jit::Value* input,
                                 const kernels::MbConv& shape) {
  torch::jit::Value* weights = graph.insertConstant(c10::make_intrusive<MbConv>(shape));
  return graph.insert(c10::Symbol::fromQualString("deeplasia::mbconv"), {input, weights});
}

const char* kernel_code() { return kernels::best_code().name; }

}  // namespace deeplasia::graph
