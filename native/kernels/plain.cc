// For every processor: SSE2 on x86-64, NEON on ARM, as the compiler sees fit.
#define KERNEL_NAMESPACE plain
#define KERNEL_LANES 4
#include "kernels/depthwise_loops.h"
#include "kernels/narrow.h"
#include "kernels/norm_loops.h"
#include "kernels/widen.h"

namespace deeplasia::kernels {

const Code kPlain{"plain",        plain::kLanes, plain::widen,  plain::pool,
                  plain::squeeze, plain::scale,  plain::project};

const Learning kPlainLearning{"plain",
                              plain::kLanes,
                              plain::norm_sums,
                              plain::norm,
                              plain::norm_backward_sums,
                              plain::norm_backward,
                              plain::sum,
                              plain::scale,
                              plain::depthwise,
                              plain::depthwise_weight};

}  // namespace deeplasia::kernels
