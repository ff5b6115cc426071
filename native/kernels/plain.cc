// For every processor: SSE2 on x86-64, NEON on ARM, as the compiler sees fit.
#define KERNEL_NAMESPACE plain
#define KERNEL_LANES 4
#include "kernels/narrow.h"
#include "kernels/widen.h"

namespace deeplasia::kernels {

const Code kPlain{"plain",        plain::kLanes, plain::widen,  plain::pool,
                  plain::squeeze, plain::scale,  plain::project};

}  // namespace deeplasia::kernels
