#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "distributed/group.h"

// Two ranks as two threads of one process, connected by a real TCPStore and Gloo.
namespace deeplasia::test {

using distributed::Group;
using distributed::GroupOptions;
using distributed::Milliseconds;

inline int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  bind(listener, reinterpret_cast<sockaddr*>(&address), length);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  close(listener);
  return ntohs(address.sin_port);
}

inline GroupOptions group_options(int port, int rank) {
  return {
      .host = "127.0.0.1",
      .port = port,
      .rank = rank,
      .size = 2,
      .address = "127.0.0.1",
      .name = "node" + std::to_string(rank),
      .arrival = Milliseconds(20000),
      .silence = Milliseconds(20000),
      .timeout = Milliseconds(20000),
  };
}

/// Calls `work` on two ranks at once. Returns the message of each rank's failure, or "".
inline std::vector<std::string> on_both(const std::function<void(Group&)>& work,
                                        Milliseconds timeout = Milliseconds(20000)) {
  const int port = free_port();
  std::vector<std::string> failures(2);
  const auto run = [&](int rank) {
    try {
      GroupOptions options = group_options(port, rank);
      options.timeout = timeout;
      Group group(options);
      work(group);
      group.close();
    } catch (const std::exception& error) {
      failures[rank] = error.what();
    }
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  return failures;
}

inline void expect_no_failures(const std::vector<std::string>& failures) {
  for (const std::string& failure : failures) EXPECT_EQUAL(failure, "");
}

}  // namespace deeplasia::test
