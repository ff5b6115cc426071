#pragma once

// Gloo itself is inside libtorch, which does not ship its headers. c10d's headers use only pointers to these
// types.
namespace gloo::transport {
class Device;
class UnboundBuffer;
}  // namespace gloo::transport
