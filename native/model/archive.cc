#include "model/archive.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "checkpoint/torchscript.h"
#include "model/module.h"
#include "network/digest.h"
#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

using caffe2::serialize::PyTorchStreamWriter;
using checkpoint::TorchScript;
using runtime::CodedError;

constexpr const char* kOtherZip = "a zip file, but not a TorchScript archive";

// What our own reader refuses, as an error about a model.
template <class Read>
auto readable(Read read) try {
  return read();
} catch (const CodedError& error) {
  if (std::strcmp(error.code(), "ERR_DEEPLASIA_CHECKPOINT") != 0) throw;
  throw CodedError(kUnreadable, error.what());
}

TorchScript open(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw CodedError(kUnreadable, "a folder, not a model file");
  const checkpoint::Bytes file = readable([&] { return checkpoint::read_file(path); });
  if (!file.view().starts_with("PK"))
    throw CodedError(kUnreadable, "not a TorchScript archive (a zip file that torch.jit.save writes)");
  return readable([&] { return TorchScript(file); });
}

TorchScript open_torchscript(const std::string& path) {
  TorchScript archive = open(path);
  if (!archive.contains("constants.pkl"))
    throw CodedError(kUnreadable, archive.contains("data.pkl")
                                      ? "a PyTorch checkpoint (weights only), not a TorchScript archive"
                                      : kOtherZip);
  return archive;
}

// Of a damaged archive that has an end: whether the name is anywhere in it.
bool holds_record(const checkpoint::Bytes& file, std::string_view record) try {
  const checkpoint::Zip zip(file);
  return std::ranges::any_of(zip.entries(), [&](const auto& entry) {
    const size_t slash = entry.first.find('/');
    return slash != std::string::npos && std::string_view(entry.first).substr(slash) == record;
  });
} catch (const CodedError&) {
  return file.view().find("PK\5\6") != std::string_view::npos &&
         file.view().find(record) != std::string_view::npos;
}

uint64_t version_of(TorchScript& archive) {
  for (const char* record : {".data/version", "version"})
    if (archive.contains(record))
      return std::strtoull(std::string(archive.read(record).view()).c_str(), nullptr, 10);
  return 0;
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

TorchScript read_verified(const std::string& path) {
  TorchScript archive = open_torchscript(path);
  readable([&] { archive.verify(); });
  return archive;
}

std::optional<std::string> read_extra_file(const std::string& path, const std::string& name) {
  TorchScript archive = open_torchscript(path);
  const std::string record = "extra/" + name;
  if (!archive.contains(record)) return std::nullopt;
  return readable([&] { return std::string(archive.read(record).view()); });
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
  const checkpoint::Bytes whole = checkpoint::read_file(path);
  const auto holds = [&](std::string_view record) { return holds_record(whole, record); };
  return holds("/data.pkl") && !holds("/constants.pkl") ? FileKind::checkpoint : FileKind::torchscript;
}

void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text, Trust trust) {
  const std::string filled = network::with_digest(text, network::state(read_module(source, trust)));
  TorchScript archive = read_verified(source);
  const std::string extra = "extra/" + name;
  Sink sink(target);
  PyTorchStreamWriter writer(sink.writer());
  writer.setMinVersion(version_of(archive));
  for (const std::string& record : archive.records()) {
    if (record == extra || is_bookkeeping(record)) continue;
    const checkpoint::Bytes bytes = readable([&] { return archive.read(record); });
    writer.writeRecord(record, bytes.data.get(), bytes.size, /*compress=*/record.starts_with("code/"));
  }
  writer.writeRecord(extra, filled.data(), filled.size());
  writer.writeEndOfFile();
  sink.close();
}

void save_archive(const torch::jit::Module& module, const std::string& path, const std::string& name,
                  const std::string& text) {
  Sink sink(path);
  torch::jit::ExportModule(module, sink.writer(),
                           {{name, network::with_digest(text, network::state(module))}});
  sink.close();
}

}  // namespace deeplasia::model
