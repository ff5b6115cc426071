#include "network/digest.h"

#include <torch/types.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "bytes/crc32.h"

namespace deeplasia::network {
namespace {

std::string crc(const void* data, size_t size) {
  const std::shared_ptr<const uint8_t> borrowed(static_cast<const uint8_t*>(data), [](const uint8_t*) {});
  char text[9];
  std::snprintf(text, sizeof text, "%08x", bytes::crc32({borrowed, size}));
  return text;
}

// Returns the line of one tensor. float16 is widened to float32, as it is when a network uses it.
std::string line(const std::string& name, const at::Tensor& stored) {
  const at::Tensor tensor = stored.scalar_type() == at::kHalf ? stored.detach().to(at::kFloat) : stored;
  std::ostringstream line;
  line << name << ' ' << tensor.scalar_type() << ' ' << tensor.sizes();
  if (tensor.layout() == at::kStrided) {
    const at::Tensor values = tensor.detach().cpu().contiguous();
    line << ' ' << crc(values.const_data_ptr(), values.nbytes());
  }
  return line.str() + '\n';
}

}  // namespace

std::string digest(const State& state) {
  std::vector<std::string> lines;
  lines.reserve(state.size());
  for (const auto& [name, tensor] : state) lines.push_back(line(name, tensor));
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& one : lines) all += one;
  return crc(all.data(), all.size());
}

std::string with_digest(std::string text, const State& state) {
  const std::string_view place = kDigestPlace;
  const size_t at = text.find(place);
  if (at == std::string::npos) return text;
  return text.replace(at + place.size() - 2, 1, digest(state));
}

}  // namespace deeplasia::network
