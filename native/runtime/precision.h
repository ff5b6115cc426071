#pragma once

#include <c10/core/Device.h>

namespace deeplasia::runtime {

enum class Precision { float32, float16, bfloat16 };

// Throws CodedError ERR_DEEPLASIA_DEVICE where the device cannot compute in that precision.
void check_precision(c10::Device device, Precision precision);

// Whether the CPU has instructions for bf16; without them libtorch computes it, but far slower than float32.
bool cpu_has_bf16();

}  // namespace deeplasia::runtime
