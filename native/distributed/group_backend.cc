// Chooses the backend of c10d by which the ranks exchange tensors on their GPUs.
#include "distributed/group.h"
#include "distributed/nccl.h"
#include "runtime/failure.h"

namespace deeplasia::distributed {

std::string Group::choose_backend(const std::string& device, const std::string& wanted) {
  std::vector<NcclOffer> offers;
  for (const std::string& text : gather(offer_nccl(device, options_.name).written()))
    offers.push_back(NcclOffer::read(text));
  const auto why_not = why_not_nccl(offers);
  if (wanted == "nccl" && why_not)
    throw runtime::CodedError("ERR_DEEPLASIA_OPTION",
                              "trainer.process_group_backend=nccl cannot be used: " + *why_not);
  if (!has_gpu(offers)) return "Gloo";
  if (wanted == "gloo") return "Gloo through the hosts' memory, as requested";
  if (why_not) return "Gloo through the hosts' memory; NCCL cannot be used: " + *why_not;
  const auto& [host, port, rank, size, address, name, arrival, silence, timeout] = options_;
  watch_->begin_operation();
  await(*open_nccl(host, port, rank, size, device, [&](auto opened) { nccl_ = std::move(opened); }));
  return "NCCL";
}

}  // namespace deeplasia::distributed
