#pragma once

namespace deeplasia::runtime {

// Intra-op threads of what the calling thread runs from now on; 0: libtorch's own number. The setting belongs
// to the thread: it must be made where the work is done.
void use_threads(int threads);

}  // namespace deeplasia::runtime
