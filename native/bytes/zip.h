#pragma once

#include <functional>
#include <map>

#include "bytes/bytes.h"

namespace deeplasia::bytes {

/// Rules that differ between the archives of PyTorch.
struct ZipRules {
  /// If false, a checksum of 0 means that there is none: torch.save has an option for it (set_crc32_options).
  bool needs_checksums = false;
  /// Total of bytes that compressed entries may inflate to, however small the file is.
  uint64_t always_inflated = 1 << 20;
};

/// A zip archive, read strictly: stored and deflated entries, zip64, data descriptors. Throws
/// ERR_DEEPLASIA_CHECKPOINT for names that occur twice (libtorch's reader ignores capitals) or lead out of
/// the archive, for entries that overlap, are encrypted, or differ from the directory, and for sizes beyond
/// the file.
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

  /// Returns the bytes of an entry after comparing their checksum; a stored entry is a view of the file.
  /// Throws if there is no such entry, or if all entries together would inflate to more than sixteen times
  /// the file and more than the rules always allow.
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
