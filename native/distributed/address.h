#pragma once

#include <string>
#include <vector>

// IPv4 addresses of this machine, as text.
namespace deeplasia::distributed {

bool is_loopback(const std::string& address);
// Whether one of this machine's interfaces has it.
bool is_own_address(const std::string& address);
// The address by which this machine sends to another one. Throws std::runtime_error where there is no route.
std::string own_address_towards(const std::string& address);

// What each rank tells of itself: by which address it sends to rank 0, and the address it knows rank 0 by.
struct RankAddress {
  std::string own, master;
};

// The address by which the other ranks reach this one. A machine's own name may stand for its loopback
// (Debian writes `127.0.1.1 <hostname>` into /etc/hosts), which only processes of that machine reach: rank 0
// takes the address that ranks elsewhere know it by, and whoever has a loopback the one on its way to them.
std::string reachable_address(const std::vector<RankAddress>& ranks, int rank);

}  // namespace deeplasia::distributed
