#include "bytes/zip.h"

#include <algorithm>
#include <vector>

#include "bytes/crc32.h"
#include "bytes/inflate.h"

namespace deeplasia::bytes {
namespace {

constexpr uint32_t kLocalHeader = 0x04034B50, kDirectoryHeader = 0x02014B50;
constexpr uint64_t kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20, kLocalHeaderSize = 30;
constexpr uint16_t kZip64Extra = 1;
constexpr int kEncrypted = 0x0001 | 0x0040 | 0x2000;
constexpr int kStored = 0, kDeflated = 8;
constexpr int kDescribedBehind = 0x0008;  // sizes and checksum follow the bytes, so the header has none
constexpr uint64_t kMostInflated = 16;    // times the file

/// The place of the directory of all entries, from the records at the end of the file.
struct Directory {
  uint64_t entries, size, offset;
};

/// Returns the offset of the record at the very end. Only a comment of the length that it states may follow.
uint64_t find_end(const Bytes& file) {
  const std::string_view all = file.view();
  for (size_t at = all.rfind("PK\5\6"); at != std::string_view::npos && at > 0;
       at = all.rfind("PK\5\6", at - 1)) {
    if (file.size - at < kEndSize) continue;
    uint16_t comment = 0;
    std::memcpy(&comment, file.data.get() + at + 20, sizeof comment);
    if (file.size - at - kEndSize == comment) return at;
    if (file.size - at - kEndSize > 0xFFFF) break;
  }
  refuse("the archive is damaged or incomplete: it has no directory at its end");
}

Directory find_directory(const Bytes& file) {
  const uint64_t end = find_end(file);
  Cursor record(file.slice(end + 4, kEndSize - 4, "the archive's end"), "the archive's end");
  const bool is_one_disk = record.read<uint16_t>() == 0 && record.read<uint16_t>() == 0;
  record.take(2);
  Directory directory{record.read<uint16_t>(), 0, 0};
  directory.size = record.read<uint32_t>();
  directory.offset = record.read<uint32_t>();
  const bool has_64 = end >= kLocator64Size + kEnd64Size &&
                      file.view().substr(end - kLocator64Size, 4) == std::string_view("PK\6\7");
  uint64_t records = end;
  if (has_64) {
    Cursor locator(file.slice(end - kLocator64Size + 8, 8, "the archive's end"), "the archive's end");
    records = locator.read<uint64_t>();
    const Bytes end_64 = file.slice(records, kEnd64Size, "the archive's directory");
    if (!end_64.view().starts_with("PK\6\6")) refuse("the archive is damaged: its zip64 record is missing");
    Cursor record_64(end_64, "the archive's end");
    record_64.take(32);
    directory = {record_64.read<uint64_t>(), 0, 0};
    directory.size = record_64.read<uint64_t>();
    directory.offset = record_64.read<uint64_t>();
  }
  if (!is_one_disk && !has_64) refuse("the archive is one part of several");
  if (directory.offset > records || directory.size > records - directory.offset) {
    refuse("the archive is damaged: its directory does not lie before its end");
  }
  return directory;
}

/// Replaces the numbers that do not fit 32 bits (all ones) by those of the zip64 extra field, in its order.
void widen(Cursor extra, uint64_t& size, uint64_t& stored_size, uint64_t& offset) {
  while (extra.remaining() >= 4) {
    const auto kind = extra.read<uint16_t>();
    Cursor field(extra.take(extra.read<uint16_t>()), extra.what());
    if (kind != kZip64Extra) continue;
    for (uint64_t* number : {&size, &stored_size, &offset}) {
      if (*number == 0xFFFFFFFF) *number = field.read<uint64_t>();
    }
    return;
  }
}

/// Returns whether every reader takes a name for a place inside the archive.
bool is_plain(std::string_view name) {
  for (const char c : name) {
    if ((static_cast<uint8_t>(c) < ' ') || c == '\\' || c == '\x7f') return false;
  }
  for (size_t from = 0; from <= name.size();) {
    const size_t slash = std::min(name.find('/', from), name.size());
    const std::string_view part = name.substr(from, slash - from);
    const bool is_end_of_folder = part.empty() && from > 0 && from == name.size();
    if ((part.empty() && !is_end_of_folder) || part == "." || part == "..") return false;
    from = slash + 1;
  }
  return true;
}

std::string small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

Zip::Zip(Bytes file, ZipRules rules)
    : file_(std::move(file)),
      rules_(rules),
      inflatable_(std::max(rules.always_inflated, kMostInflated * file_.size)) {
  read_directory();
}

void Zip::read_directory() {
  const Directory directory = find_directory(file_);
  Cursor records(file_.slice(directory.offset, directory.size, "the archive's directory"),
                 "the archive's directory");
  for (uint64_t i = 0; i < directory.entries; ++i) read_entry(records);
  if (records.remaining() > 0)
    refuse("the archive is damaged: its directory has more entries than it states");
  require_distinct_names();
  for (auto& [name, entry] : entries_) locate(name, entry);
  require_apart(directory.offset);
}

void Zip::read_entry(Cursor& directory) {
  if (directory.read<uint32_t>() != kDirectoryHeader)
    refuse("the archive is damaged: its directory is broken");
  directory.take(4);
  const auto flags = directory.read<uint16_t>(), method = directory.read<uint16_t>();
  directory.take(4);
  Entry entry{method == kDeflated, directory.read<uint32_t>(), 0, 0, 0, 0};
  entry.stored_size = directory.read<uint32_t>();
  entry.size = directory.read<uint32_t>();
  const auto name_length = directory.read<uint16_t>(), extra_length = directory.read<uint16_t>(),
             comment_length = directory.read<uint16_t>();
  directory.take(8);
  entry.header = directory.read<uint32_t>();
  const std::string name(directory.take(name_length).view());
  const std::string shown = "the entry " + printable(name);
  widen(Cursor(directory.take(extra_length), shown), entry.size, entry.stored_size, entry.header);
  directory.take(comment_length);
  if (!is_plain(name)) refuse(shown + " has an unreadable name, or one that leads out of the archive");
  if ((flags & kEncrypted) != 0) refuse(shown + " is encrypted");
  if (method != kStored && method != kDeflated)
    refuse(shown + " is compressed by a method PyTorch does not use");
  if (method == kStored && entry.size != entry.stored_size) refuse(shown + " has two different sizes");
  if (!entries_.emplace(name, entry).second) refuse(shown + " occurs twice");
}

void Zip::require_distinct_names() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) names.push_back(small_letters(name));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    refuse("the entry " + printable(*twice) + " occurs twice, in capitals and small letters");
}

/// Sets the offset of the entry's bytes, which follow its local header. Throws if that header differs.
void Zip::locate(const std::string& name, Entry& entry) const {
  const std::string shown = "the entry " + printable(name);
  Cursor header(file_.slice(entry.header, kLocalHeaderSize, shown), shown);
  if (header.read<uint32_t>() != kLocalHeader)
    refuse(shown + " is not at the offset that the directory states");
  header.take(2);
  const auto flags = header.read<uint16_t>(), method = header.read<uint16_t>();
  header.take(4);
  const auto crc = header.read<uint32_t>(), stored_size = header.read<uint32_t>(),
             size = header.read<uint32_t>();
  const auto is_other = [](uint32_t here, uint64_t there) { return here != 0xFFFFFFFF && here != there; };
  const bool has_sizes = (flags & kDescribedBehind) == 0;
  const bool has_checksum = rules_.needs_checksums || entry.crc != 0;
  if ((method == kDeflated) != entry.is_deflated || (flags & kEncrypted) != 0 ||
      (has_sizes && ((has_checksum && crc != entry.crc) || is_other(stored_size, entry.stored_size) ||
                     is_other(size, entry.size))))
    refuse(shown + " is damaged: its own header and the directory differ");
  const auto name_length = header.read<uint16_t>(), extra_length = header.read<uint16_t>();
  const uint64_t after = entry.header + kLocalHeaderSize;
  if (file_.slice(after, name_length, shown).view() != name)
    refuse(shown + " has another name in its own header than in the directory");
  entry.data = after + name_length + extra_length;
  file_.slice(entry.data, entry.stored_size, shown);
}

/// Throws if entries share bytes: that is how a small file claims to hold a large one.
void Zip::require_apart(uint64_t directory_offset) const {
  std::vector<std::pair<uint64_t, uint64_t>> spans;
  spans.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) spans.emplace_back(entry.header, entry.data + entry.stored_size);
  std::sort(spans.begin(), spans.end());
  uint64_t end = 0;
  for (const auto& [from, to] : spans) {
    if (from < end || to > directory_offset) refuse("the archive is damaged: its entries overlap");
    end = to;
  }
}

Bytes Zip::read(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) refuse("the archive has no entry " + printable(name));
  const Entry& entry = found->second;
  const std::string shown = "the entry " + printable(name);
  Bytes bytes = file_.slice(entry.data, entry.stored_size, shown);
  if (entry.is_deflated) {
    if (entry.size > inflatable_) refuse(shown + " would inflate to far more than the file holds");
    inflatable_ -= entry.size;
    bytes = inflate(bytes, entry.size, shown);
  }
  const bool has_checksum = rules_.needs_checksums || entry.crc != 0;
  if (has_checksum && crc32(bytes) != entry.crc) refuse(shown + " is damaged: its checksum differs");
  return bytes;
}

}  // namespace deeplasia::bytes
