// Compiled for x86-64-v3 (AVX2, FMA), and called only where the processor has it.
#if defined(__x86_64__)
#define KERNEL_NAMESPACE avx2
#define KERNEL_LANES 8
#include "kernels/depthwise_loops.h"
#include "kernels/narrow.h"
#include "kernels/norm_loops.h"
#include "kernels/widen.h"

namespace deeplasia::kernels {

const Code kAvx2{"avx2", avx2::kLanes, avx2::widen, avx2::pool, avx2::squeeze, avx2::scale, avx2::project};

const Learning kAvx2Learning{"avx2",
                             avx2::kLanes,
                             avx2::norm_sums,
                             avx2::norm,
                             avx2::norm_backward_sums,
                             avx2::norm_backward,
                             avx2::sum,
                             avx2::scale,
                             avx2::depthwise,
                             avx2::depthwise_weight};

}  // namespace deeplasia::kernels
#endif
