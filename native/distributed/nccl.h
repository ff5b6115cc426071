#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "distributed/c10d.h"
#include "distributed/opening.h"

// NCCL, for tensors on GPUs. Its code is in deeplasia_nccl.so beside the core (native/nccl), which is opened
// only when it is needed; native/nccl explains why.
namespace deeplasia::distributed {

// What a rank reports to the others before they choose a backend.
struct NcclOffer {
  enum class Kind : char { cpu = 'c', able = '+', unable = '-' };
  Kind kind;
  std::string text;  // able: node and address of its GPU; else why not

  // Returns the offer as it is sent to the others.
  std::string written() const;
  static NcclOffer read(const std::string& text);
};

// Returns the offer of this process, whose network is on `device` (`cpu`, `cuda:0`). `node`: the machine's
// name.
NcclOffer offer_nccl(const std::string& device, const std::string& node);

// Returns whether any network is on a GPU.
bool has_gpu(const std::vector<NcclOffer>& offers);
// Returns why these ranks cannot use NCCL together; none if they can. No two may share a GPU.
std::optional<std::string> why_not_nccl(const std::vector<NcclOffer>& offers);

// Connects to the other ranks in the background. `opened` is called with the result before the operation is
// done.
std::unique_ptr<Operation> open_nccl(const std::string& host, int port, int rank, int size,
                                     const std::string& device, Opened opened);

}  // namespace deeplasia::distributed
