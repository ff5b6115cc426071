#include "archive/extra_file.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdlib>

#include "archive/open_archive.h"
#include "archive/read_module.h"
#include "archive/sink.h"
#include "network/digest.h"

namespace deeplasia::archive {
namespace {

using caffe2::serialize::PyTorchStreamWriter;
using checkpoint::TorchScript;

uint64_t version_of(TorchScript& archive) {
  for (const char* record : {".data/version", "version"})
    if (archive.contains(record))
      return std::strtoull(std::string(archive.read(record).view()).c_str(), nullptr, 10);
  return 0;
}

bool is_bookkeeping(const std::string& record) {
  return record == "version" || record == "byteorder" || record == ".data/version" ||
         record == ".data/serialization_id";  // the writer makes its own
}

}  // namespace

std::optional<std::string> read_extra_file(const std::string& path, const std::string& name) {
  TorchScript archive = open_archive(path);
  const std::string record = "extra/" + name;
  if (!archive.contains(record)) return std::nullopt;
  return readable([&] { return std::string(archive.read(record).view()); });
}

void write_extra_file(const std::string& source, const std::string& target, const std::string& name,
                      const std::string& text, Trust trust) {
  const std::string filled = network::with_digest(text, network::state(read_module(source, trust)));
  TorchScript archive = open_verified(source);
  const std::string extra = "extra/" + name;
  Sink sink(target);
  PyTorchStreamWriter writer(sink.writer());
  writer.setMinVersion(version_of(archive));
  for (const std::string& record : archive.records()) {
    if (record == extra || is_bookkeeping(record)) continue;
    const bytes::Bytes bytes = readable([&] { return archive.read(record); });
    writer.writeRecord(record, bytes.data.get(), bytes.size, /*compress=*/record.starts_with("code/"));
  }
  writer.writeRecord(extra, filled.data(), filled.size());
  writer.writeEndOfFile();
  sink.close();
}

}  // namespace deeplasia::archive
