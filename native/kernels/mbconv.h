#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/aligned.h"
#include "kernels/packed.h"

// Inverted bottlenecks of EfficientNet in float32, plain C++ without libtorch.
namespace deeplasia::kernels {

// A convolution with square kernels, [out][in][kernel][kernel]; padding before and after is the same for rows
// and columns.
struct Convolution {
  int64_t in = 0, out = 0, kernel = 0, stride = 1, before = 0, after = 0;
  std::vector<float> weight, bias;
};

// first (1x1 expansion, or a stem), SiLU, depthwise ([out][kernel][kernel]), SiLU, squeeze-and-excite,
// project, and the input added if `residual`. first.kernel == 0: no such convolution. depthwise.kernel == 0:
// only `first`, SiLU, and the mean over the picture (the head of a network).
struct MbConv {
  Convolution first, depthwise, squeeze, excite, project;
  bool residual = false;
};

// Calls task(0 .. count - 1, thread) in any order; no thread number is used twice at once.
using Parallel =
    std::function<void(int64_t count, const std::function<void(int64_t task, int64_t thread)>& task)>;

// Whether this processor runs the code.
bool runs_here(const Code& code);

// The best code for this processor. DEEPLASIA_KERNELS=plain or avx2 restricts it.
const Code& best_code();

// A block, ready to run on pictures of any size. It changes nothing of itself: several threads can use it.
class Block {
 public:
  // Which blocks there is code for.
  static bool supports(const MbConv& shape);
  Block(const MbConv& shape, const Code& code);
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  struct Shape {
    int64_t height, width, channels;  // channels are padded with zeros to `stride`
    int64_t stride;
  };
  Shape output(int64_t height, int64_t width) const;
  int64_t workspace(int64_t height, int64_t width, int64_t threads) const;  // in floats
  bool takes(int64_t height, int64_t width) const;  // whether there is an output at this size
  int64_t channels() const { return packed_.in; }   // of the input
  bool residual() const { return residual_; }

  // One picture, in threads 0 .. threads - 1; residual blocks read their input as vectors: its stride is that
  // of the output. The same bytes whatever the number of threads.
  void run(const Picture& x, float* out, float* workspace, int64_t threads, const Parallel& parallel) const;

 private:
  struct Layout;
  Layout layout(int64_t height, int64_t width, int64_t threads) const;
  void project(const Picture& x, const Layout& at, const float* weight, const float* wide, float* out,
               const Parallel& parallel) const;
  void pack_first(const MbConv& shape);
  void pack_depthwise(const MbConv& shape);
  void pack_squeeze(const MbConv& shape);
  void pack_project(const MbConv& shape);

  const Code& code_;
  Packed packed_{};
  bool residual_;
  Aligned first_weight_, first_bias_, depth_weight_, depth_bias_, reduce_weight_, reduce_bias_,
      excite_weight_, excite_bias_, project_weight_, project_bias_;
  std::vector<Panel> panels_;
};

}  // namespace deeplasia::kernels
