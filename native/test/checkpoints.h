#pragma once

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "bytes/bytes.h"
#include "checkpoint/checkpoint.h"

// Files and values of checkpoints, for tests.
namespace deeplasia::test {

using namespace deeplasia::bytes;
using namespace deeplasia::checkpoint;

inline std::string fixture(const std::string& path) { return std::string(DEEPLASIA_FIXTURES) + "/" + path; }

/// Returns the path of a file that is too large for the repository: below DEEPLASIA_TEST_DATA, or `shared`
/// beside the project.
inline std::string test_data(const std::string& path) {
  const char* root = std::getenv("DEEPLASIA_TEST_DATA");
  return (root == nullptr ? fixture("../../../shared") : std::string(root)) + "/" + path;
}

inline bool exists(const std::string& path) { return std::ifstream(path).good(); }

inline std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Bytes bytes_of(std::string_view text) {
  uint8_t* target = nullptr;
  Bytes bytes = allocate(text.size(), target);
  std::copy(text.begin(), text.end(), target);
  return bytes;
}

/// Returns the message with which a reader refuses, or "" if it does not.
template <class Read>
std::string refusal(Read read) {
  try {
    read();
  } catch (const runtime::CodedError& error) {
    return error.what();
  }
  return "";
}

inline std::string file_refusal(const std::string& file) {
  return refusal([&] { parse_checkpoint(bytes_of(file)); });
}

template <class T>
void put(std::string& file, size_t at, T number) {
  std::memcpy(file.data() + at, &number, sizeof number);
}

/// Sets every checksum in the directory to 0, which means "not computed", so that changed bytes reach the
/// readers behind the zip.
inline std::string without_checksums(std::string file) {
  for (size_t at = file.find("PK\1\2"); at != std::string::npos; at = file.find("PK\1\2", at + 1)) {
    put<uint32_t>(file, at + 16, 0);
  }
  return file;
}

/// Decodes a small float with `exponent` bits of exponent and `mantissa` bits of mantissa.
inline double small_float(uint32_t bits, int exponent, int mantissa) {
  const auto fraction = static_cast<double>(bits & ((1U << mantissa) - 1));
  const int power = static_cast<int>(bits >> mantissa & ((1U << exponent) - 1));
  const int bias = (1 << (exponent - 1)) - 1;
  const double sign = (bits >> (exponent + mantissa) & 1) != 0 ? -1 : 1;
  return sign * (power == 0 ? std::ldexp(fraction, 1 - bias - mantissa)
                            : std::ldexp(fraction + (1 << mantissa), power - bias - mantissa));
}

template <class T>
T number_at(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline double element(const std::string& dtype, const uint8_t* at) {
  if (dtype == "float64") return number_at<double>(at);
  if (dtype == "float32") return number_at<float>(at);
  if (dtype == "float16") return small_float(number_at<uint16_t>(at), 5, 10);
  if (dtype == "bfloat16") return small_float(number_at<uint16_t>(at), 8, 7);
  if (dtype == "float8_e4m3fn") return small_float(*at, 4, 3);
  if (dtype == "int64") return static_cast<double>(number_at<int64_t>(at));
  if (dtype == "uint64") return static_cast<double>(number_at<uint64_t>(at));
  if (dtype == "int32") return number_at<int32_t>(at);
  if (dtype == "int16") return number_at<int16_t>(at);
  if (dtype == "uint8" || dtype == "bool") return *at;
  return NAN;
}

/// Returns the elements in row-major order, as numbers.
inline std::vector<double> elements(const Tensor& tensor) {
  const auto count = static_cast<size_t>(tensor.element_count());
  const auto size = static_cast<size_t>(tensor.dtype->size);
  std::vector<uint8_t> raw(count * size);
  copy_row_major(tensor, raw.data());
  std::vector<double> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = element(tensor.dtype->name, raw.data() + i * size);
  return values;
}

/// Returns a value nearly as Python writes it; "float32[2, 3]: 0 1 2 3 4 5" for a tensor.
inline std::string text(const Value& value);

inline std::string text(const Tensor& tensor) {
  std::ostringstream out;
  out << tensor.dtype->name << '[';
  for (const int64_t extent : tensor.shape) out << extent << ' ';
  out << "]:";
  for (const double number : elements(tensor)) out << ' ' << number;
  return out.str();
}

inline std::string text(const Sequence& sequence) {
  std::string out;
  for (const Value& item : sequence.items) out += (out.empty() ? "" : ", ") + text(item);
  if (sequence.kind == Sequence::Kind::list) return "[" + out + "]";
  return (sequence.kind == Sequence::Kind::tuple ? "(" : "set(") + out + ")";
}

inline std::string text(const Dict& dict) {
  std::string out;
  for (const auto& [key, value] : dict.items) {
    out += (out.empty() ? "" : ", ") + text(key) + ": " + text(value);
  }
  return "{" + out + "}";
}

inline std::string text(const Value& value) {
  if (value.is_none()) return "None";
  if (value.get<bool>() != nullptr) return *value.get<bool>() ? "True" : "False";
  if (value.integer()) return std::to_string(*value.integer());
  if (value.text() != nullptr) return "'" + *value.text() + "'";
  if (value.name() != nullptr) return "<" + *value.name() + ">";
  if (value.get<DType>() != nullptr) return (*value.get<DType>())->name;
  if (value.tensor() != nullptr) return text(*value.tensor());
  if (value.sequence() != nullptr) return text(*value.sequence());
  if (value.dict() != nullptr) return text(*value.dict());
  std::ostringstream out;
  if (value.number()) out << *value.number();
  if (value.bytes() != nullptr) {
    out << 'b';
    for (const char c : value.bytes()->view()) out << ' ' << static_cast<int>(static_cast<uint8_t>(c));
  }
  return out.str();
}

}  // namespace deeplasia::test
