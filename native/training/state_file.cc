#include "training/state_file.h"

#include <utility>

#include "bytes/crc32.h"
#include "checkpoint/safetensors.h"
#include "network/tensors.h"
#include "runtime/failure.h"

namespace deeplasia::training {
namespace {

using bytes::Bytes;

constexpr const char* kNotes = "notes";
constexpr const char* kChecksum = "checksum";

Bytes bytes_of(const checkpoint::Tensor& tensor) {
  uint8_t* writable = nullptr;
  Bytes bytes = bytes::allocate(tensor.element_count() * tensor.dtype->size, writable);
  checkpoint::copy_row_major(tensor, writable);
  return bytes;
}

Bytes bytes_of(const std::string& text) {
  uint8_t* writable = nullptr;
  Bytes bytes = bytes::allocate(text.size(), writable);
  text.copy(reinterpret_cast<char*>(writable), text.size());
  return bytes;
}

// Returns a checksum over all texts and elements, whatever their order in the file. The format itself has no
// checksum, and a run that resumes from a flipped bit would be wrong without any sign of it.
std::string checksum_of(const checkpoint::Safetensors& file) {
  std::map<std::string, std::string> parts = file.metadata;
  for (const auto& [name, tensor] : file.tensors)
    parts["tensor " + name] = std::to_string(bytes::crc32(bytes_of(tensor)));
  std::string text;
  for (const auto& [name, part] : parts) text.append(name).append("\n").append(part).append("\n");
  return std::to_string(bytes::crc32(bytes_of(text)));
}

}  // namespace

void write_state(const std::string& path, const TrainingState& state, const std::string& notes) {
  checkpoint::Safetensors file;
  file.metadata = state.facts;
  file.metadata[kNotes] = notes;
  for (const auto& [name, tensor] : state.tensors)
    file.tensors.emplace_back(name, network::from_torch(tensor));
  file.metadata[kChecksum] = checksum_of(file);
  checkpoint::write_safetensors(path, file);
}

SavedState read_state(const std::string& path) {
  checkpoint::Safetensors file = checkpoint::read_safetensors(path);
  const auto checksum = file.metadata.extract(kChecksum);
  if (checksum.empty())
    throw runtime::CodedError("ERR_DEEPLASIA_CHECKPOINT", "the file is not a training state");
  if (checksum.mapped() != checksum_of(file))
    throw runtime::CodedError("ERR_DEEPLASIA_CHECKPOINT",
                              "the training state is damaged: its checksum differs");
  SavedState saved;
  auto notes = file.metadata.extract(kNotes);
  if (!notes.empty()) saved.notes = std::move(notes.mapped());
  saved.state.facts = std::move(file.metadata);
  for (const auto& [name, tensor] : file.tensors)
    saved.state.tensors.emplace_back(name, network::to_torch(std::make_shared<checkpoint::Tensor>(tensor)));
  return saved;
}

}  // namespace deeplasia::training
