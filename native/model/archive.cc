#include "model/archive.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>

#include <fstream>
#include <memory>

#include "runtime/failure.h"

namespace deeplasia::model {
namespace {

using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;
using runtime::CodedError;

constexpr const char* kUnreadable = "ERR_DEEPLASIA_MODEL_UNREADABLE";

std::unique_ptr<PyTorchStreamReader> open(const std::string& path) {
  char magic[2] = {0, 0};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CodedError("ERR_DEEPLASIA_MODEL_MISSING", "cannot open the model file");
  file.read(magic, 2);
  if (file.gcount() == 0) throw CodedError(kUnreadable, "the model file is empty");
  if (magic[0] != 'P' || magic[1] != 'K')
    throw CodedError(kUnreadable, "not a TorchScript archive (a zip file that torch.jit.save writes)");
  try {
    return std::make_unique<PyTorchStreamReader>(path);
  } catch (const c10::Error&) {
    throw CodedError(kUnreadable, "the archive is damaged or incomplete: its table of contents cannot be read");
  }
}

bool is_bookkeeping(const std::string& record) {
  return record == "version" || record == "byteorder" || record == ".data/version" ||
         record == ".data/serialization_id";  // the writer makes its own
}

}  // namespace

void check_torchscript(const std::string& path) {
  const auto reader = open(path);
  if (!reader->hasRecord("constants.pkl"))
    throw CodedError(kUnreadable, reader->hasRecord("data.pkl")
                                      ? "a PyTorch checkpoint (weights only), not a TorchScript archive"
                                      : "a zip file, but not a TorchScript archive");
}

std::optional<std::string> read_extra_file(const std::string& path, const std::string& name) {
  const auto reader = open(path);
  const std::string record = "extra/" + name;
  if (!reader->hasRecord(record)) return std::nullopt;
  try {
    const auto [data, size] = reader->getRecord(record);
    return std::string(static_cast<const char*>(data.get()), size);
  } catch (const c10::Error&) {
    throw CodedError(kUnreadable, "the archive is damaged: its record " + record + " cannot be read");
  }
}

void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text) {
  check_torchscript(source);
  const auto reader = open(source);
  const std::string extra = "extra/" + name;
  PyTorchStreamWriter writer(target);
  writer.setMinVersion(reader->version());
  for (const std::string& record : reader->getAllRecords()) {
    if (record == extra || is_bookkeeping(record)) continue;
    const auto [data, size] = reader->getRecord(record);
    writer.writeRecord(record, data.get(), size, /*compress=*/record.starts_with("code/"));
  }
  writer.writeRecord(extra, text.data(), text.size());
  writer.writeEndOfFile();
}

}  // namespace deeplasia::model
