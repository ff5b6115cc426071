#pragma once

#include <functional>
#include <map>

#include "checkpoint/bytes.h"

namespace deeplasia::checkpoint {

/// A zip archive, read strictly: stored and deflated entries, zip64, data descriptors. Names that occur
/// twice, entries that overlap or are encrypted, and sizes beyond the file are refused, with
/// ERR_DEEPLASIA_CHECKPOINT.
class Zip {
 public:
  struct Entry {
    bool is_deflated;
    uint32_t crc;
    uint64_t stored_size, size;  // in the file, and inflated
    uint64_t header, data;       // where the local header and the bytes begin
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  explicit Zip(Bytes file);

  static bool looks_like_one(const Bytes& file) { return file.view().starts_with("PK\3\4"); }

  const Entries& entries() const { return entries_; }
  bool contains(const std::string& name) const { return entries_.contains(name); }

  /// The bytes of an entry, their checksum compared: a view of the file where they are stored. What is
  /// inflated in all is at most sixteen times the file, or 1 MiB. Throws where there is no such entry.
  Bytes read(const std::string& name);

 private:
  void read_directory();
  void read_entry(Cursor& directory);
  void locate(const std::string& name, Entry& entry) const;
  void require_apart(uint64_t directory_offset) const;

  Bytes file_;
  Entries entries_;
  uint64_t inflatable_;
};

}  // namespace deeplasia::checkpoint
