#pragma once

#include <string>
#include <vector>

// IPv4 addresses of this machine, as text.
namespace deeplasia::distributed {

bool is_loopback(const std::string& address);
// Returns whether one of this machine's interfaces has the address.
bool is_own_address(const std::string& address);
// Returns the address from which this machine sends to another one. Throws std::runtime_error if there is no
// route.
std::string own_address_towards(const std::string& address);

// The addresses that each rank publishes: its own, from which it sends to rank 0, and the one at which it
// reaches rank 0.
struct RankAddress {
  std::string own, master;
};

// Returns the address at which the other ranks reach this one. A machine's own name may resolve to its
// loopback address (Debian writes `127.0.1.1 <hostname>` into /etc/hosts), which only processes of that
// machine reach. Rank 0 therefore uses the address at which ranks on other machines reach it. Any other rank
// with a loopback address uses the address from which it sends to those machines.
std::string reachable_address(const std::vector<RankAddress>& ranks, int rank);

}  // namespace deeplasia::distributed
