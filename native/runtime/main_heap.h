#pragma once

#include <functional>

namespace deeplasia::runtime {

// Starts a detached thread whose memory comes from the process's main heap, which is one piece of any size.
// glibc gives other threads heaps of 64 MB each: activations of a large network do not fit, come as fresh
// pages from the kernel in every layer instead, and leave holes where they nearly fit. On two cores
// EfficientNet-b4 at 512 x 512 took 1.7 times as long for four pictures, and 2.2 times the memory.
//
// Which heap a thread gets is glibc's choice, in turn among those there are (the bootstrap keeps it from
// making more), so threads are started until one has it. After too many the last one will do: it is slower,
// not wrong.
void start_in_main_heap(const std::function<void()>& body);

}  // namespace deeplasia::runtime
