// Tests that any exception becomes a code and one clear line.
#include <c10/util/Exception.h>

#include <new>

#include "check.h"
#include "failures.h"

using namespace deeplasia;
using namespace deeplasia::test;

TEST(coded_errors_pass_unchanged) {
  EXPECT_EQUAL(failure([] { throw runtime::CodedError("ERR_DEEPLASIA_DEVICE", "no such device"); }),
               "ERR_DEEPLASIA_DEVICE: no such device");
  EXPECT_EQUAL(failure([] { throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_BLANK", "black"); }),
               "ERR_DEEPLASIA_IMAGE_BLANK: black");
}

TEST(libtorch_errors_lose_their_stack) {
  EXPECT_EQUAL(failure([] { TORCH_CHECK(false, "shapes cannot be multiplied"); }),
               "ERR_DEEPLASIA_INTERNAL: shapes cannot be multiplied");
  EXPECT_EQUAL(failure([] { throw std::runtime_error("bad\nException raised from f at g.cpp:1\nframe #0"); }),
               "ERR_DEEPLASIA_INTERNAL: bad");
}

TEST(interpreter_errors_are_reduced_to_the_reason) {
  const char* interpreted =
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript (most recent call last):\n"
      "  File \"net.py\", line 7, in forward\n"
      "    raise ValueError(\"ValueError: quoted\")\n"
      "    ~~~~~ <--- HERE\n"
      "RuntimeError: size mismatch\n";
  EXPECT_EQUAL(failure([&] { throw std::runtime_error(interpreted); }),
               "ERR_DEEPLASIA_INTERNAL: size mismatch");
}

TEST(every_shortage_of_memory_has_one_code) {
  const std::string code = "ERR_DEEPLASIA_OUT_OF_MEMORY";
  EXPECT_EQUAL(failure([] { throw std::bad_alloc(); }), code + ": out of memory");
  EXPECT_EQUAL(failure([] { throw std::runtime_error("CUDA out of memory. Tried to allocate 2 GiB"); }),
               code + ": CUDA out of memory. Tried to allocate 2 GiB");
  EXPECT_EQUAL(failure([] { throw std::runtime_error("DefaultCPUAllocator: can't allocate memory"); }),
               code + ": DefaultCPUAllocator: can't allocate memory");
}

TEST(thrown_values_that_are_not_exceptions_are_described) {
  EXPECT_EQUAL(failure([] { throw 7; }), "ERR_DEEPLASIA_INTERNAL: unknown native error");
}
