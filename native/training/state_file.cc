#include "training/state_file.h"

#include <utility>

#include "checkpoint/safetensors.h"
#include "network/tensors.h"

namespace deeplasia::training {
namespace {

constexpr const char* kNotes = "notes";

}  // namespace

void write_state(const std::string& path, const TrainingState& state, const std::string& notes) {
  checkpoint::Safetensors file;
  file.metadata = state.facts;
  file.metadata[kNotes] = notes;
  for (const auto& [name, tensor] : state.tensors)
    file.tensors.emplace_back(name, network::from_torch(tensor));
  checkpoint::write_safetensors(path, file);
}

SavedState read_state(const std::string& path) {
  checkpoint::Safetensors file = checkpoint::read_safetensors(path);
  SavedState saved;
  auto notes = file.metadata.extract(kNotes);
  if (!notes.empty()) saved.notes = std::move(notes.mapped());
  saved.state.facts = std::move(file.metadata);
  for (const auto& [name, tensor] : file.tensors)
    saved.state.tensors.emplace_back(name, network::to_torch(std::make_shared<checkpoint::Tensor>(tensor)));
  return saved;
}

}  // namespace deeplasia::training
