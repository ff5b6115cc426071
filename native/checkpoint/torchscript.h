#pragma once

#include <string>
#include <vector>

#include "bytes/zip.h"

namespace deeplasia::checkpoint {

/// A TorchScript archive, looked at before libtorch sees it. libtorch compares no checksum, and believes what
/// the pickles say of shapes and offsets: it would read beyond its memory, or allocate whatever they ask for.
class TorchScript {
 public:
  /// Reads the directory. Throws ERR_DEEPLASIA_CHECKPOINT unless it is a zip file of one folder, up to its
  /// last byte.
  explicit TorchScript(bytes::Bytes file);

  const bytes::Bytes& file() const { return file_; }
  /// Names of all records, without the folder that they are in.
  const std::vector<std::string>& records() const { return records_; }
  bool contains(const std::string& record) const { return zip_.contains(folder_ + record); }
  /// The bytes of a record, its checksum compared.
  bytes::Bytes read(const std::string& record) { return zip_.read(folder_ + record); }

  /// Every record's checksum, and that each tensor lies inside the data that are there for it. Throws
  /// ERR_DEEPLASIA_CHECKPOINT, naming the record.
  void verify();

 private:
  bytes::Bytes file_;
  bytes::Zip zip_;
  std::string folder_;
  std::vector<std::string> records_;
};

}  // namespace deeplasia::checkpoint
