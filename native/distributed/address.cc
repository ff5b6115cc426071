#include "distributed/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace deeplasia::distributed {
namespace {

// A datagram socket, through which nothing is sent.
class Socket {
 public:
  Socket() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

sockaddr_in place_of(const std::string& address, in_port_t port) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &place.sin_addr) != 1)
    throw std::runtime_error(address + " is not an IPv4 address");
  return place;
}

}  // namespace

bool is_loopback(const std::string& address) { return address.starts_with("127."); }

bool is_own_address(const std::string& address) {
  const Socket socket;
  const sockaddr_in place = place_of(address, 0);
  return bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
}

// Connecting a datagram socket only makes the system look up the route.
std::string own_address_towards(const std::string& address) {
  const Socket socket;
  constexpr in_port_t kAnyPort = 9;
  sockaddr_in place = place_of(address, kAnyPort);
  socklen_t length = sizeof place;
  auto* generic = reinterpret_cast<sockaddr*>(&place);
  if (connect(socket.get(), generic, length) != 0 || getsockname(socket.get(), generic, &length) != 0)
    throw std::runtime_error("there is no route to " + address);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &place.sin_addr, text.data(), text.size());
  return text.data();
}

std::string reachable_address(const std::vector<RankAddress>& ranks, int rank) {
  const std::string& own = ranks.at(rank).own;
  const auto elsewhere = [](const std::string& address) { return !address.empty() && !is_loopback(address); };
  if (rank == 0) {
    const auto knows = [&](const RankAddress& other) {
      return elsewhere(other.master) && is_own_address(other.master);
    };
    const auto other = std::find_if(ranks.begin() + 1, ranks.end(), knows);
    if (other != ranks.end()) return other->master;
  }
  if (elsewhere(own)) return own;
  const auto other =
      std::find_if(ranks.begin(), ranks.end(), [&](const RankAddress& peer) { return elsewhere(peer.own); });
  return other == ranks.end() ? own : own_address_towards(other->own);
}

}  // namespace deeplasia::distributed
