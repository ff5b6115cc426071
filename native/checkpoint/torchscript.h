#pragma once

#include <string>
#include <vector>

#include "bytes/zip.h"

namespace deeplasia::checkpoint {

/// A TorchScript archive, checked before libtorch opens it. libtorch compares no checksum and trusts the
/// shapes and offsets in the pickles: it would read beyond its memory, or allocate any size.
class TorchScript {
 public:
  /// Reads the directory. Throws ERR_DEEPLASIA_CHECKPOINT unless it is a zip file of one folder, up to its
  /// last byte.
  explicit TorchScript(bytes::Bytes file);

  const bytes::Bytes& file() const { return file_; }
  /// Returns the names of all records, without their folder.
  const std::vector<std::string>& records() const { return records_; }
  bool contains(const std::string& record) const { return zip_.contains(folder_ + record); }
  /// Returns the bytes of a record after comparing its checksum.
  bytes::Bytes read(const std::string& record) { return zip_.read(folder_ + record); }

  /// Compares every record's checksum, and checks that each tensor lies inside its data. Throws
  /// ERR_DEEPLASIA_CHECKPOINT, naming the record.
  void verify();

 private:
  bytes::Bytes file_;
  bytes::Zip zip_;
  std::string folder_;
  std::vector<std::string> records_;
};

}  // namespace deeplasia::checkpoint
