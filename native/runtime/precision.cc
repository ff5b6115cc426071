#include "runtime/precision.h"

#include "runtime/coded_error.h"

namespace deeplasia::runtime {

void check_precision(c10::Device device, Precision precision) {
  if (precision == Precision::float16 && !device.is_cuda())
    throw CodedError("ERR_DEEPLASIA_DEVICE",
                     "16-bit floating point needs a CUDA device; use bf16 or 32 on the CPU");
}

bool cpu_has_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace deeplasia::runtime
