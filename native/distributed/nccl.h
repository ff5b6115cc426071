#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "distributed/c10d.h"
#include "distributed/opening.h"

// NCCL, for tensors on GPUs. Its code is in deeplasia_nccl.so beside the core (native/nccl), which is opened
// when it is wanted: see there why.
namespace deeplasia::distributed {

// What a rank says of itself before the ranks choose.
struct NcclOffer {
  enum class Kind : char { cpu = 'c', able = '+', unable = '-' };
  Kind kind;
  std::string text;  // able: machine and place of its GPU; else why not

  // As the others get it.
  std::string written() const;
  static NcclOffer read(const std::string& text);
};

// Of this process, whose network is on `device` (`cpu`, `cuda:0`). `node`: the machine's name.
NcclOffer offer_nccl(const std::string& device, const std::string& node);

// Whether any network is on a GPU; and why these ranks cannot use NCCL together; none: they can. No two may
// share a GPU.
bool has_gpu(const std::vector<NcclOffer>& offers);
std::optional<std::string> why_not_nccl(const std::vector<NcclOffer>& offers);

// Meets the other ranks, in the background; `opened` is called with the result before the operation is done.
std::unique_ptr<Operation> open_nccl(const std::string& host, int port, int rank, int size,
                                     const std::string& device, Opened opened);

}  // namespace deeplasia::distributed
