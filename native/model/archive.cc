#include "model/archive.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/export.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;
using runtime::CodedError;

constexpr const char* kOtherZip = "a zip file, but not a TorchScript archive";

// What only a damaged archive makes libtorch throw, as an error for a person.
template <class Read>
auto guarded(const char* what, Read read) try {
  return read();
} catch (const c10::Error&) {
  throw CodedError(kUnreadable,
                   std::string("the archive is damaged or incomplete: ") + what + " cannot be read");
}

std::unique_ptr<PyTorchStreamReader> open(const std::string& path) {
  char magic[2] = {0, 0};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw CodedError(kUnreadable, "a folder, not a model file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CodedError("ERR_DEEPLASIA_MODEL_MISSING", "cannot open the model file");
  file.read(magic, 2);
  if (file.gcount() == 0) throw CodedError(kUnreadable, "the model file is empty");
  if (magic[0] != 'P' || magic[1] != 'K')
    throw CodedError(kUnreadable, "not a TorchScript archive (a zip file that torch.jit.save writes)");
  try {
    return std::make_unique<PyTorchStreamReader>(path);
  } catch (const c10::Error& error) {
    // miniz failed; what else it may say is that PyTorch's own records are not there
    const bool is_damaged =
        std::strstr(error.what_without_backtrace(), "PytorchStreamReader failed") != nullptr;
    throw CodedError(kUnreadable, is_damaged ? "the archive is damaged or incomplete" : kOtherZip);
  }
}

std::unique_ptr<PyTorchStreamReader> open_torchscript(const std::string& path) {
  auto reader = open(path);
  if (!reader->hasRecord("constants.pkl"))
    throw CodedError(kUnreadable, reader->hasRecord("data.pkl")
                                      ? "a PyTorch checkpoint (weights only), not a TorchScript archive"
                                      : kOtherZip);
  return reader;
}

// A file that is written to by libtorch's writer. That never hears of a failed write: its destructor would
// throw, which ends the process.
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
      throw CodedError("ERR_DEEPLASIA_OUTPUT",
                       std::string("cannot write the model: ") + std::strerror(failure_));
  }

 private:
  std::ofstream file_;
  int failure_;
};

bool is_bookkeeping(const std::string& record) {
  return record == "version" || record == "byteorder" || record == ".data/version" ||
         record == ".data/serialization_id";  // the writer makes its own
}

}  // namespace

void check_torchscript(const std::string& path) { open_torchscript(path); }

std::optional<std::string> read_extra_file(const std::string& path, const std::string& name) {
  const auto reader = open_torchscript(path);
  const std::string record = "extra/" + name;
  if (!reader->hasRecord(record)) return std::nullopt;
  return guarded("its extra file", [&] {
    const auto [data, size] = reader->getRecord(record);
    return std::string(static_cast<const char*>(data.get()), size);
  });
}

FileKind file_kind(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CodedError("ERR_DEEPLASIA_MODEL_MISSING", "cannot open the model file");
  unsigned char head[9] = {};
  file.read(reinterpret_cast<char*>(head), sizeof head);
  constexpr unsigned char kPickle = 0x80;
  if (head[0] == kPickle && head[1] <= 5) return FileKind::checkpoint;
  if (file && head[6] == 0 && head[7] == 0 && head[8] == '{') return FileKind::safetensors;
  if (head[0] != 'P' || head[1] != 'K') return FileKind::torchscript;
  try {
    const auto reader = open(path);
    const bool is_checkpoint = reader->hasRecord("data.pkl") && !reader->hasRecord("constants.pkl");
    return is_checkpoint ? FileKind::checkpoint : FileKind::torchscript;
  } catch (const CodedError&) {
    return FileKind::torchscript;
  }
}

void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text) {
  const auto reader = open_torchscript(source);
  const std::string extra = "extra/" + name;
  Sink sink(target);
  PyTorchStreamWriter writer(sink.writer());
  writer.setMinVersion(reader->version());
  for (const std::string& record : reader->getAllRecords()) {
    if (record == extra || is_bookkeeping(record)) continue;
    const auto [data, size] = guarded("a record", [&] { return reader->getRecord(record); });
    writer.writeRecord(record, data.get(), size, /*compress=*/record.starts_with("code/"));
  }
  writer.writeRecord(extra, text.data(), text.size());
  writer.writeEndOfFile();
  sink.close();
}

void save_archive(const torch::jit::Module& module, const std::string& path, const std::string& name,
                  const std::string& text) {
  Sink sink(path);
  torch::jit::ExportModule(module, sink.writer(), {{name, text}});
  sink.close();
}

}  // namespace deeplasia::model
