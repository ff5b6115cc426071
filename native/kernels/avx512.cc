// Compiled for x86-64-v4 (AVX-512), and called only where the processor has it.
#if defined(__x86_64__)
#define KERNEL_NAMESPACE avx512
#define KERNEL_LANES 16
#include "kernels/depthwise_loops.h"
#include "kernels/narrow.h"
#include "kernels/norm_loops.h"
#include "kernels/widen.h"

namespace deeplasia::kernels {

const Code kAvx512{"avx512",        avx512::kLanes, avx512::widen,  avx512::pool,
                   avx512::squeeze, avx512::scale,  avx512::project};

const Learning kAvx512Learning{"avx512",
                               avx512::kLanes,
                               avx512::norm_sums,
                               avx512::norm,
                               avx512::norm_backward_sums,
                               avx512::norm_backward,
                               avx512::sum,
                               avx512::scale,
                               avx512::depthwise,
                               avx512::depthwise_weight};

}  // namespace deeplasia::kernels
#endif
