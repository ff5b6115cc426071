#pragma once

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>

#include "runtime/failure.h"

namespace deeplasia::archive {

// The file that libtorch's archive writer writes into. A failed write is kept until close() and not reported
// to that writer: its destructor would throw, which ends the process.
class Sink {
 public:
  explicit Sink(const std::string& path)
      : file_(path, std::ios::binary | std::ios::trunc), failure_(file_ ? 0 : errno) {}

  std::function<size_t(const void*, size_t)> writer() {
    return [this](const void* bytes, size_t size) {
      const auto length = static_cast<std::streamsize>(size);
      if (failure_ == 0 && !file_.write(static_cast<const char*>(bytes), length)) failure_ = errno;
      return size;
    };
  }

  // Throws CodedError ERR_DEEPLASIA_OUTPUT unless everything is written.
  void close() {
    file_.close();
    if (failure_ == 0 && !file_) failure_ = errno;
    if (failure_ != 0)
      throw runtime::CodedError("ERR_DEEPLASIA_OUTPUT",
                                std::string("cannot write the model: ") + std::strerror(failure_));
  }

 private:
  std::ofstream file_;
  int failure_;
};

}  // namespace deeplasia::archive
