#pragma once

#include <c10/core/Device.h>

#include <string>

namespace deeplasia::runtime {

// The device called "cpu", "cuda" or "cuda:n", with its index. Throws CodedError ERR_DEEPLASIA_DEVICE unless
// it exists.
c10::Device parse_device(const std::string& name);

int cuda_device_count();

}  // namespace deeplasia::runtime
