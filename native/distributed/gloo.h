#pragma once

#include "distributed/c10d.h"

namespace deeplasia::distributed {

// Opens a TCPStore. `serves`: this process holds the texts. Throws c10::Error if no process serves before the
// timeout, or if the port is in use.
std::unique_ptr<Store> open_store(const std::string& host, int port, bool serves, Milliseconds timeout);

// Connects the ranks by Gloo, for tensors on the CPU. `address`: at which the other ranks reach this process.
// Returns once all are connected to each other. If packets of one rank are lost, it may never return,
// whatever the timeout.
std::unique_ptr<Collectives> open_gloo(const std::string& host, int port, const std::string& address,
                                       int rank, int size, Milliseconds timeout);

}  // namespace deeplasia::distributed
