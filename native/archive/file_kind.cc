#include "archive/file_kind.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include "bytes/zip.h"
#include "runtime/failure.h"

namespace deeplasia::archive {
namespace {

using bytes::Bytes;
using bytes::Zip;
using runtime::CodedError;

// Returns whether the archive has that record. In a damaged archive that still has an end, the name anywhere
// in the file counts.
bool holds_record(const Bytes& file, std::string_view record) try {
  const Zip zip(file);
  return std::ranges::any_of(zip.entries(), [&](const auto& entry) {
    const size_t slash = entry.first.find('/');
    return slash != std::string::npos && std::string_view(entry.first).substr(slash) == record;
  });
} catch (const CodedError&) {
  return file.view().find("PK\5\6") != std::string_view::npos &&
         file.view().find(record) != std::string_view::npos;
}

}  // namespace

FileKind file_kind(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CodedError("ERR_DEEPLASIA_MODEL_MISSING", "cannot open the model file");
  unsigned char head[9] = {};
  file.read(reinterpret_cast<char*>(head), sizeof head);
  constexpr unsigned char kPickle = 0x80;
  if (head[0] == kPickle && head[1] <= 5) return FileKind::checkpoint;
  if (file && head[6] == 0 && head[7] == 0 && head[8] == '{') return FileKind::safetensors;
  if (head[0] != 'P' || head[1] != 'K') return FileKind::torchscript;
  const Bytes whole = bytes::read_file(path);
  const auto holds = [&](std::string_view record) { return holds_record(whole, record); };
  return holds("/data.pkl") && !holds("/constants.pkl") ? FileKind::checkpoint : FileKind::torchscript;
}

}  // namespace deeplasia::archive
