#include "archive/open_archive.h"

#include <filesystem>

namespace deeplasia::archive {
namespace {

using checkpoint::TorchScript;
using runtime::CodedError;

constexpr const char* kOtherZip = "a zip file, but not a TorchScript archive";

TorchScript open_zip(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw CodedError(kUnreadable, "a folder, not a model file");
  const bytes::Bytes file = readable([&] { return bytes::read_file(path); });
  if (!file.view().starts_with("PK"))
    throw CodedError(kUnreadable, "not a TorchScript archive (a zip file that torch.jit.save writes)");
  return readable([&] { return TorchScript(file); });
}

}  // namespace

TorchScript open_archive(const std::string& path) {
  TorchScript archive = open_zip(path);
  if (!archive.contains("constants.pkl"))
    throw CodedError(kUnreadable, archive.contains("data.pkl")
                                      ? "a PyTorch checkpoint (weights only), not a TorchScript archive"
                                      : kOtherZip);
  return archive;
}

TorchScript open_verified(const std::string& path) {
  TorchScript archive = open_archive(path);
  readable([&] { archive.verify(); });
  return archive;
}

}  // namespace deeplasia::archive
