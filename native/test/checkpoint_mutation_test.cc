// Tests that checkpoints which an attacker or a failing disk has changed are either read or refused.
#include <random>

#include "check.h"
#include "checkpoint/describe.h"
#include "checkpoints.h"

using namespace deeplasia::test;
using namespace std::string_literals;

namespace {

std::string parity(const char* name) { return content(fixture("parity/checkpoints/"s + name)); }

/// Makes a few random changes: bits, bytes, numbers of two to eight bytes, and pieces copied elsewhere.
void mutate(std::string& file, std::mt19937_64& random, const std::vector<size_t>& interesting) {
  static constexpr uint64_t kNumbers[] = {0,      1,          0x7F,       0xFF,  0x7FFF,
                                          0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, ~0ULL, 1ULL << 63};
  for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
    const size_t near = interesting[random() % interesting.size()] + random() % 64;
    const size_t at = (random() % 8 == 0 ? random() : near) % file.size(), rest = file.size() - at;
    const size_t from = random() % file.size(), count = std::min({rest, file.size() - from, random() % 32});
    const uint64_t number = kNumbers[random() % std::size(kNumbers)];
    switch (random() % 4) {
      case 0:
        file[at] ^= static_cast<char>(1 << random() % 8);
        break;
      case 1:
        file[at] = static_cast<char>(random());
        break;
      case 2:
        std::memcpy(&file[at], &number, std::min<size_t>(rest, 1 << random() % 4));
        break;
      default:
        std::memmove(&file[at], &file[from], count);
    }
  }
}

/// Returns positions outside the tensors' elements: those of every record of the zip, and of the pickle.
std::vector<size_t> interesting_positions(const std::string& file) {
  std::vector<size_t> positions = {0};
  for (const char* kind : {"PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6"}) {
    for (size_t at = file.find(kind); at != std::string::npos; at = file.find(kind, at + 1))
      positions.push_back(at);
  }
  for (size_t at = 0; at < std::min<size_t>(file.size(), 8000); at += 16) positions.push_back(at);
  return positions;
}

/// Reads a checkpoint as the program does: the values and their description.
std::string use_refusal(const std::string& file) {
  return refusal([&] { describe(parse_checkpoint(bytes_of(file)).root, (1 << 20) + file.size()); });
}

}  // namespace

TEST(a_checkpoint_cut_anywhere_is_refused) {
  for (const char* name : {"protocol2", "legacy_protocol2", "legacy_protocol4", "deflated", "zip64"}) {
    const std::string whole = content(fixture("checkpoints/"s + name + ".pt"));
    for (size_t length = 0; length < whole.size(); ++length) {
      if (file_refusal(whole.substr(0, length)) == "")
        return fail(name, 0, "read, cut at " + std::to_string(length));
    }
  }
}

TEST(a_hundred_thousand_changed_checkpoints_are_read_or_refused) {
  std::vector<std::string> files;
  for (const char* name :
       {"old_lightning_layout.ckpt", "state_dict_half_and_odd_types.pt", "tagged_cuda.ckpt",
        "state_dict_half_and_odd_types_nonzip.pt", "state_dict_torch2.13.pt", "malicious_reduce.ckpt",
        "malicious_plain_pickle.ckpt"}) {
    files.push_back(without_checksums(parity(name)));
  }
  for (const char* name : {"protocol2", "protocol5", "legacy_protocol2", "deflated", "zip64"}) {
    files.push_back(without_checksums(content(fixture("checkpoints/"s + name + ".pt"))));
  }
  std::mt19937_64 random(1);
  int read = 0, refused = 0;
  for (const std::string& file : files) {
    const std::vector<size_t> positions = interesting_positions(file);
    const int rounds = 1 + 100'000 / static_cast<int>(files.size());
    for (int i = 0; i < rounds; ++i) {
      std::string changed = file;
      mutate(changed, random, positions);
      ++(use_refusal(changed) == "" ? read : refused);
    }
  }
  EXPECT(read + refused >= 100'000);
  EXPECT(read > 1000 && refused > 10'000);  // else the changes would not reach the readers
}
