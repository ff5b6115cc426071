#include "bytes/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>

namespace deeplasia::bytes {
namespace {

constexpr size_t kAlignment = 64;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Bytes allocate(size_t size, uint8_t*& writable) {
  // Releases run on C++ libraries that are older than the aligned `new`.
  void* memory = nullptr;
  if (posix_memalign(&memory, kAlignment, size) != 0) throw std::bad_alloc();
  writable = static_cast<uint8_t*>(memory);
  return {
      std::shared_ptr<const uint8_t>(writable, [](const uint8_t* data) { free(const_cast<uint8_t*>(data)); }),
      size};
}

Bytes read_file(const std::string& path) {
  const Descriptor file(path);
  if (file.number() < 0) {
    throw runtime::CodedError("ERR_DEEPLASIA_MODEL_MISSING",
                              std::string("cannot open the file: ") + std::strerror(errno));
  }
  struct stat facts{};
  if (fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) refuse("not a regular file");
  const auto size = static_cast<size_t>(facts.st_size);
  if (size == 0) refuse("the file is empty");
  uint8_t* target = nullptr;
  Bytes bytes = allocate(size, target);
  for (size_t done = 0; done < size;) {
    const ssize_t count = read(file.number(), target + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (count == 0) refuse("the file became shorter while it was read");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace deeplasia::bytes
