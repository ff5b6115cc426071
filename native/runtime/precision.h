#pragma once

#include <c10/core/Device.h>

namespace deeplasia::runtime {

enum class Precision { float32, float16, bfloat16 };

// Throws CodedError ERR_DEEPLASIA_DEVICE where the device cannot compute in that precision.
void check_precision(c10::Device device, Precision precision);

}  // namespace deeplasia::runtime
