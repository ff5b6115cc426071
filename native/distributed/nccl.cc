#include "distributed/nccl.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>

#include "distributed/nccl_library.h"
#include "runtime/failure.h"

namespace deeplasia::distributed {
namespace {

// Returns 1 for `cuda:1`.
int index_of(const std::string& device) {
  const size_t colon = device.find(':');
  return colon == std::string::npos ? 0 : std::stoi(device.substr(colon + 1));
}

std::string path_of_library() {
  Dl_info core{};
  dladdr(reinterpret_cast<void*>(&offer_nccl), &core);
  const std::string path = core.dli_fname;
  return path.substr(0, path.rfind('/') + 1) + "deeplasia_nccl.so";
}

// Returns one of the library's functions. The library is never closed, because NCCL has threads.
template <class Function>
Function* function(const char* name) {
  static void* const library = dlopen(path_of_library().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    throw std::runtime_error(why == nullptr ? path_of_library() + " cannot be loaded" : why);
  }
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

std::string NcclOffer::written() const {
  std::string all(1, static_cast<char>(kind));
  return all += text;
}

NcclOffer NcclOffer::read(const std::string& text) { return {static_cast<Kind>(text.at(0)), text.substr(1)}; }

bool has_gpu(const std::vector<NcclOffer>& offers) {
  return std::any_of(offers.begin(), offers.end(),
                     [](const NcclOffer& offer) { return offer.kind != NcclOffer::Kind::cpu; });
}

NcclOffer offer_nccl(const std::string& device, const std::string& node) {
  if (device == "cpu") return {NcclOffer::Kind::cpu, "its network is on the CPU"};
  try {
    std::array<char, 32> address{};
    function<nccl::GpuAddress>(nccl::kGpuAddress)(index_of(device), address.data(), address.size());
    return {NcclOffer::Kind::able, node + ", GPU " + address.data()};
  } catch (const std::exception&) {
    return {NcclOffer::Kind::unable, runtime::describe(std::current_exception()).message};
  }
}

std::optional<std::string> why_not_nccl(const std::vector<NcclOffer>& offers) {
  std::map<std::string, size_t> ranks;
  for (size_t rank = 0; rank < offers.size(); ++rank) {
    const auto& [kind, text] = offers[rank];
    if (kind != NcclOffer::Kind::able) return "rank " + std::to_string(rank) + ": " + text;
    const auto [first, is_new] = ranks.emplace(text, rank);
    if (!is_new)
      return "ranks " + std::to_string(first->second) + " and " + std::to_string(rank) + " share one GPU (" +
             text + ")";
  }
  return std::nullopt;
}

std::unique_ptr<Operation> open_nccl(const std::string& host, int port, int rank, int size,
                                     const std::string& device, Opened opened) {
  const auto open = [=] {
    return std::unique_ptr<Collectives>(
        function<nccl::Open>(nccl::kOpen)({host.c_str(), port, rank, size, index_of(device)}));
  };
  return open_in_background(open, std::move(opened));
}

}  // namespace deeplasia::distributed
