#include "kernels/learning.h"

#include "kernels/mbconv.h"

namespace deeplasia::kernels {

const Learning* learning_code(int64_t channels) {
  const Code& best = best_code();
#if defined(__x86_64__)
  if (&best == &kAvx512 && channels % kAvx512Learning.lanes == 0) return &kAvx512Learning;
  if (&best != &kPlain && channels % kAvx2Learning.lanes == 0) return &kAvx2Learning;
#else
  (void)best;
#endif
  return channels % kPlainLearning.lanes == 0 ? &kPlainLearning : nullptr;
}

}  // namespace deeplasia::kernels
