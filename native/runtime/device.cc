#include "runtime/device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <optional>

#include "runtime/coded_error.h"

namespace deeplasia::runtime {

int cuda_device_count() {
  return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

c10::Device parse_device(const std::string& name) {
  std::optional<c10::Device> device;
  try {
    device.emplace(name);
  } catch (const c10::Error&) {
    throw CodedError("ERR_DEEPLASIA_DEVICE", "'" + name + "' is not a device; use cpu, cuda or cuda:n");
  }
  if (device->is_cpu()) return c10::Device(c10::kCPU);
  const int count = cuda_device_count();
  if (!device->is_cuda() || !at::globalContext().hasCUDA())
    throw CodedError("ERR_DEEPLASIA_DEVICE", "the libtorch in use was built without support for " + name);
  const int index = device->has_index() ? device->index() : 0;
  if (index >= count)
    throw CodedError("ERR_DEEPLASIA_DEVICE",
                     name + " was asked for, but " + std::to_string(count) + " CUDA device(s) answer");
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace deeplasia::runtime
