#pragma once

#include <functional>
#include <map>

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// What differs between the archives of PyTorch.
struct ZipRules {
  /// Where not, a checksum of 0 says that there is none: torch.save can be told so (set_crc32_options).
  bool needs_checksums = false;
  /// Bytes that may come of compressed entries in all, however small the file is.
  uint64_t always_inflated = 1 << 20;
};

/// A zip archive, read strictly: stored and deflated entries, zip64, data descriptors. Names that occur
/// twice (capitals or not: libtorch's reader does not tell them apart) or lead out of the archive, entries
/// that overlap, are encrypted, or say one thing where they lie and another in the directory, and sizes
/// beyond the file are refused, with ERR_DEEPLASIA_CHECKPOINT.
class Zip {
 public:
  struct Entry {
    bool is_deflated;
    uint32_t crc;
    uint64_t stored_size, size;  // in the file, and inflated
    uint64_t header, data;       // where the local header and the bytes begin
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  explicit Zip(Bytes file, ZipRules rules = {});

  static bool looks_like_one(const Bytes& file) { return file.view().starts_with("PK\3\4"); }

  const Entries& entries() const { return entries_; }
  bool contains(const std::string& name) const { return entries_.contains(name); }

  /// The bytes of an entry, their checksum compared: a view of the file where they are stored. What is
  /// inflated in all is at most sixteen times the file, or what the rules always allow. Throws where there is
  /// no such entry.
  Bytes read(const std::string& name);

 private:
  void read_directory();
  void read_entry(Cursor& directory);
  void require_distinct_names() const;
  void locate(const std::string& name, Entry& entry) const;
  void require_apart(uint64_t directory_offset) const;

  Bytes file_;
  ZipRules rules_;
  Entries entries_;
  uint64_t inflatable_;
};

}  // namespace deeplasia::bytes
