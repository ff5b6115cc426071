// Tests that malicious checkpoints are refused, each with its reason.
#include <tuple>

#include "bytes/crc32.h"
#include "bytes/inflate.h"
#include "bytes/zip.h"
#include "check.h"
#include "checkpoint/pickle.h"
#include "checkpoints.h"

using namespace deeplasia::test;
using namespace std::string_literals;

namespace {

bool says(const std::string& message, const char* words) { return message.find(words) != std::string::npos; }

/// Returns the value of a pickle of protocol 2 as text. `body`: the pickle without its header and its end.
std::string pickle_text(const std::string& body) {
  const std::string all = "\x80\x02" + body + ".";
  return text(parse_checkpoint(bytes_of(all)).root);
}

std::string pickle_refusal(const std::string& body) { return file_refusal("\x80\x02" + body + "."); }

/// Returns the start of the zip's n-th record of that kind.
size_t record(const std::string& file, const char* kind, int n = 0) {
  size_t at = file.find(kind);
  while (n-- > 0) at = file.find(kind, at + 1);
  return at;
}

}  // namespace

TEST(only_listed_names_are_allowed_and_fewer_can_be_called) {
  EXPECT(says(pickle_refusal("cos\nsystem\n"), "os.system"));
  EXPECT(says(pickle_refusal("cbuiltins\neval\n"), "builtins.eval"));
  EXPECT(says(pickle_refusal("ctorch\nload\n"), "torch.load"));
  EXPECT(says(pickle_refusal("ctorch.storage\n_load_from_bytes\n"), "torch.storage._load_from_bytes"));
  EXPECT(
      says(pickle_refusal("cposix\n\x1b[2J\n"), "posix.?[2J"));  // escape sequences do not reach the terminal
  EXPECT(says(file_refusal("\x80\x04\x8c\x02os\x8c\x06system\x93."s), "os.system"));
  EXPECT(says(pickle_refusal("(ios\nsystem\n"), "instruction"));
  const std::string callback = "cpytorch_lightning.callbacks.early_stopping\nEarlyStopping\n";
  EXPECT_EQUAL(pickle_text(callback), "<pytorch_lightning.callbacks.early_stopping.EarlyStopping>");
  EXPECT(says(pickle_refusal(callback + ")R"), "EarlyStopping, which may only be named"));
  EXPECT(says(pickle_refusal(callback + ")\x81"), "EarlyStopping, which may only be named"));
  EXPECT(says(pickle_refusal(callback + "}b"), "state"));
  EXPECT(says(pickle_refusal("K\1)R"), "no function"));
}

TEST(values_that_contain_themselves_or_change_later_are_refused) {
  EXPECT(says(pickle_refusal("]q\0h\0a"s), "contains itself"));
  EXPECT(says(pickle_refusal("}q\0K\1h\0s"s), "contains itself"));
  EXPECT(says(pickle_refusal("]q\0]h\0a0h\0K\1a"s), "changes after"));
  EXPECT_EQUAL(pickle_text("]q\0]h\0ah\0a"s), "[[], []]");
}

TEST(nesting_and_unfolding_are_bounded) {
  std::string deep, twice = "]K\1a";
  for (int i = 0; i < 200; ++i) deep += "]";
  for (int i = 0; i < 199; ++i) deep += "a";
  EXPECT(says(pickle_refusal(deep), "nested"));
  for (char i = 0; i < 60; ++i)
    twice = twice + "q" + i + "0](h" + i + "h" + i + "e";  // 2 to the power of 60 values
  EXPECT(says(pickle_refusal(twice), "unfold"));
  std::string copies =
      "c_codecs\nencode\nq\0X\x80\x1a\x06\0"s + std::string(400'000, 'a') + "q\1X\6\0\0\0latin1q\2"s;
  for (int i = 0; i < 10; ++i) copies += "h\0h\1h\2\x86R"s;
  EXPECT(says(pickle_refusal(copies), "unfold"));
}

TEST(numbers_and_texts_have_their_limits) {
  EXPECT_EQUAL(pickle_text("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"), "9223372036854775807");
  EXPECT_EQUAL(pickle_text("\x8a\x02\x00\xff"s), "-256");
  EXPECT(says(pickle_refusal("\x8a\x09\0\0\0\0\0\0\0\x80\0"s), "64 bits"));
  EXPECT(says(pickle_refusal("L99999999999999999999L\n"), "64 bits"));
  EXPECT(says(pickle_refusal("X\2\0\0\0\xc3\x28"s), "UTF-8"));
  EXPECT(says(pickle_refusal("X\3\0\0\0\xed\xa0\x80"s), "UTF-8"));  // a surrogate
  EXPECT(says(pickle_refusal("X\xff\xff\xff\xff"), "ends too early"));
  EXPECT_EQUAL(pickle_text("(I01\nI-5\nL7L\nF2.5\nV\\u20acx\nl"), "[True, -5, 7, 2.5, '€x']");  // protocol 0
}

TEST(an_inconsistent_stack_is_refused) {
  for (const std::string& body :
       {"0"s,      "a"s,     "]a"s,     "(s"s, "t"s,     "K\1(K\2a"s, "h\5"s,
        "K\1q\7"s, "}K\1s"s, "}(K\1u"s, "b"s,  "]K\1b"s, "Q"s,        "K\1Q"s,
        ")Q"s,     "\x85"s,  "2"s,      ""s,   "R"s,     "}]K\1s"s,   "}(X\1\0\0\0aNX\1\0\0\0aNud"s}) {
    EXPECT(pickle_refusal(body) != "");
  }
  EXPECT(says(pickle_refusal("]}(X\1\0\0\0aNX\1\0\0\0aNua"s), "twice"));
  EXPECT(says(file_refusal("\x80\x06N."), "protocol"));
  EXPECT(says(file_refusal("\x80\x02N.N."), "bytes after its end"));
}

TEST(tensors_stay_inside_their_storage) {
  const auto check = [](std::vector<int64_t> shape, std::vector<int64_t> strides, int64_t offset) {
    const Tensor tensor{dtype_named("float32"), shape, strides, offset,
                        std::make_shared<Storage>(Storage{24, bytes_of(std::string(24, '\0'))})};
    return refusal([&] { check_bounds(tensor); });
  };
  EXPECT_EQUAL(check({2, 3}, {3, 1}, 0), "");
  EXPECT_EQUAL(check({0, 9}, {1, 1}, 6), "");
  EXPECT_EQUAL(check({}, {}, 5), "");
  EXPECT_EQUAL(check({24}, {0}, 5), "");
  EXPECT(says(check({25}, {0}, 5), "stride of 0"));
  for (const auto& [shape, strides, offset] :
       std::vector<std::tuple<std::vector<int64_t>, std::vector<int64_t>, int64_t>>{
           {{2, 3}, {3, 1}, 1},
           {{2, 3}, {4, 1}, 0},
           {{}, {}, 6},
           {{0}, {1}, 7},
           {{2}, {-1}, 3},
           {{-1}, {1}, 0},
           {{2}, {1}, -1},
           {{2}, {INT64_MAX}, 1},
           {{INT64_MAX, INT64_MAX}, {0, 0}, 0},
           {{2, 3}, {1}, 0},
           {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, 0},
           {{0, INT64_MAX, 4}, {1, 1, 1}, 0}}) {
    EXPECT(says(check(shape, strides, offset), "beyond its storage"));
  }
}

TEST(damage_and_tricks_in_a_zip_are_refused) {
  const std::string whole = content(fixture("checkpoints/protocol2.pt"));
  EXPECT_EQUAL(file_refusal(whole), "");
  const size_t first = record(whole, "PK\1\2"), second = record(whole, "PK\1\2", 1);
  const auto changed = [&](size_t at, auto number) {
    std::string file = whole;
    put(file, at, number);
    return file_refusal(file);
  };
  const size_t data = whole.find("\x80\x02}");
  EXPECT(says(changed(data + 3, uint8_t{'!'}), "checksum"));
  EXPECT(says(changed(first + 8, uint16_t{1}), "encrypted"));
  EXPECT(says(changed(first + 10, uint16_t{12}), "compressed by a method"));
  EXPECT(says(changed(first + 20, uint32_t{5}), "two different sizes"));
  EXPECT(says(changed(first + 42, uint32_t{0x7FFFFFFF}), "beyond the end"));
  EXPECT(says(changed(second + 42, number_at<uint32_t>(reinterpret_cast<const uint8_t*>(&whole[first + 42]))),
              "another name"));
  std::string fewer = content(fixture("checkpoints/deflated.pt")), far = fewer;
  put<uint16_t>(fewer, record(fewer, "PK\5\6") + 10, 1);
  EXPECT(says(file_refusal(fewer), "more entries than it states"));
  put<uint32_t>(far, record(far, "PK\5\6") + 16, 0x7FFFFFFF);
  EXPECT(says(file_refusal(far), "before its end"));
  std::string far_64 = whole;  // PyTorch always writes the zip64 record too, which has precedence
  put<uint64_t>(far_64, record(whole, "PK\6\6") + 48, ~0ULL);
  EXPECT(says(file_refusal(far_64), "before its end"));
  put<uint64_t>(far_64, record(whole, "PK\6\7") + 8, ~0ULL);
  EXPECT(says(file_refusal(far_64), "beyond the end"));
  std::string overlapping = whole;  // the first entry also covers the bytes of those behind it
  put<uint32_t>(overlapping, first + 20, 4000);
  put<uint32_t>(overlapping, first + 24, 4000);
  EXPECT(says(file_refusal(overlapping), "overlap"));
  std::string twins = whole;  // data/1 becomes a second data/0
  for (size_t at = 0; (at = twins.find("/data/1", at)) != std::string::npos; ++at) twins[at + 6] = '0';
  EXPECT(says(file_refusal(twins), "occurs twice"));
  std::string big_endian = whole;
  for (size_t at = 0; (at = big_endian.find("little", at)) != std::string::npos; ++at)
    big_endian.replace(at, 6, "big   ");
  EXPECT(says(file_refusal(without_checksums(big_endian)), "big-endian"));
}

TEST(a_bomb_is_refused_before_it_is_inflated) {
  std::string file = content(fixture("checkpoints/deflated.pt"));
  // Changes the size in both places: if they differed, the message would be about that.
  put<uint32_t>(file, record(file, "PK\1\2") + 24, 1U << 31);
  put<uint32_t>(file, record(file, "PK\3\4") + 22, 1U << 31);
  EXPECT(says(file_refusal(file), "far more than the file holds"));
}

TEST(a_deflated_stream_must_have_the_declared_size) {
  const std::string three_a = "\x4b\x4c\x4c\x04\x00"s;  // a fixed code: "aaa"
  EXPECT_EQUAL(inflate(bytes_of(three_a), 3, "it").view(), "aaa");
  for (const size_t size : {0, 2, 4}) EXPECT(refusal([&] { inflate(bytes_of(three_a), size, "it"); }) != "");
  for (const std::string& wrong : {""s, "\x4b"s, "\x07"s, "\x01\x03\x00\x00\x00"s, "\x03\x02"s}) {
    EXPECT(refusal([&] { inflate(bytes_of(wrong), 3, "it"); }) != "");
  }
  EXPECT_EQUAL(crc32(bytes_of("123456789")), 0xCBF43926U);
}
