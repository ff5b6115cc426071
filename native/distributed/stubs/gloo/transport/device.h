#pragma once

// Gloo itself is inside libtorch, which does not ship its headers; of these types c10d's own only hold
// pointers.
namespace gloo::transport {
class Device;
class UnboundBuffer;
}  // namespace gloo::transport
