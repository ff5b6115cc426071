// Tests safetensors files: one that the format's own library wrote, our own, and malformed ones.
#include <unistd.h>

#include <filesystem>

#include "check.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "checkpoints.h"

using namespace deeplasia::test;

namespace {

std::string file_of(std::string header, const std::string& data) {
  const uint64_t length = header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + data;
}

std::string safetensors_refusal(const std::string& file) {
  return refusal([&] { parse_safetensors(bytes_of(file)); });
}

std::string json_refusal(const std::string& json) {
  return refusal([&] { parse_json(json); });
}

std::string text(const Safetensors& contents) {
  std::string out;
  for (const auto& [name, tensor] : contents.tensors)
    out += name + " " + deeplasia::test::text(tensor) + "\n";
  for (const auto& [name, value] : contents.metadata) out += name + "=" + value + "\n";
  return out;
}

}  // namespace

TEST(safetensors_of_the_formats_own_library_are_read) {
  EXPECT_EQUAL(text(read_safetensors(fixture("checkpoints/small.safetensors"))),
               "scalar int64[]: 7\nb float32[2 3 ]: 0 1 2 3 4 5\na bfloat16[2 ]: 0.5 -2\nformat=pt\nname=é "
               "\"quoted\"\n\n");
}

TEST(written_safetensors_can_be_read_again) {
  const Value root = read_checkpoint(fixture("checkpoints/protocol2.pt")).root;
  Safetensors contents;
  for (const auto& [key, value] : root.dict()->items) {
    if (value.tensor() != nullptr) contents.tensors.emplace_back(*key.text(), *value.tensor());
  }
  contents.metadata["deeplasia"] = "{\"name\":\"a\\b\t\"}";
  const std::string name_of_ours = "deeplasia-" + std::to_string(getpid()) + ".safetensors";
  const std::string path = std::filesystem::temp_directory_path() / name_of_ours;
  write_safetensors(path, contents);
  const Safetensors read = read_safetensors(path);
  std::filesystem::remove(path);
  EXPECT_EQUAL(read.tensors.size(), contents.tensors.size());
  for (const auto& [name, tensor] : contents.tensors) {
    for (const auto& [other, again] : read.tensors) {
      if (name == other) EXPECT_EQUAL(deeplasia::test::text(again), deeplasia::test::text(tensor));
    }
  }
  for (const auto& [name, tensor] : read.tensors) {
    EXPECT_EQUAL(reinterpret_cast<uintptr_t>(tensor.data()) % static_cast<size_t>(tensor.dtype->size), 0U);
  }
  EXPECT_EQUAL(read.metadata.at("deeplasia"), contents.metadata.at("deeplasia"));
}

TEST(safetensors_that_do_not_fit_are_refused) {
  const auto one = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return file_of(
        "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}",
        std::string(8, '\0'));
  };
  EXPECT_EQUAL(safetensors_refusal(one("F32", "[2]", "[0,8]")), "");
  EXPECT(safetensors_refusal(one("F32", "[3]", "[0,8]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[2]", "[0,12]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[1]", "[4,8]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[1]", "[0,4]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[-2]", "[0,8]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[2]", "[8,0]")) != "");
  EXPECT(safetensors_refusal(one("F32", "[4611686018427387904,4]", "[0,8]")) != "");
  EXPECT(safetensors_refusal(one("F31", "[2]", "[0,8]")) != "");
  EXPECT(safetensors_refusal(one("F32", "2", "[0,8]")) != "");
  EXPECT(safetensors_refusal(file_of("{\"a\":{}}", "")) != "");
  EXPECT(safetensors_refusal(file_of("[]", "")) != "");
  EXPECT(safetensors_refusal(file_of("{\"__metadata__\":{\"a\":1}}", "")) != "");
  const std::string whole = content(fixture("checkpoints/small.safetensors"));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT(safetensors_refusal(whole.substr(0, length)) != "");
  }
}

TEST(json_is_parsed_strictly) {
  EXPECT_EQUAL(
      deeplasia::test::text(parse_json(" {\"a\\u20ac\\ud83d\\ude00\\n\": [1, -2.5e1, true, null, {}, []]} ")),
      "{'a€😀\n': [1, -25, True, None, {}, []]}");
  for (const char* wrong :
       {"", "{", "{\"a\"}", "{\"a\":1,}", "[1,]", "[1 2]", "\"", "\"\\x\"", "\"\\u12\"", "nul", "1x", "[1]]",
        "{\"a\":1,\"a\":2}", "{1:2}", "99999999999999999999", "\"\xff\"", "\"\\ud83dx\""}) {
    if (std::string(wrong) != "\"\\ud83dx\"") EXPECT(json_refusal(wrong) != "");
  }
  EXPECT(json_refusal(std::string(1000, '[')).find("nested") != std::string::npos);
  EXPECT_EQUAL(json_text("a\"\\\n\x01"), "\"a\\\"\\\\\\u000a\\u0001\"");
}
