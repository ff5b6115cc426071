#include "runtime/threads.h"

#include <ATen/Parallel.h>

namespace deeplasia::runtime {

void use_threads(int threads) {
  static const int standard = at::get_num_threads();
  const int wanted = threads > 0 ? threads : standard;
  if (at::get_num_threads() != wanted) at::set_num_threads(wanted);
}

}  // namespace deeplasia::runtime
