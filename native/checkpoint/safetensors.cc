#include "checkpoint/safetensors.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "checkpoint/json.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::Cursor;
using bytes::printable;
using bytes::read_file;
using bytes::refuse;

constexpr uint64_t kLargestHeader = 100'000'000;  // bytes, as the specification has it
constexpr const char* kMetadata = "__metadata__";

const Value& member(const Dict& dict, const char* key, const std::string& of) {
  const Value* value = dict.find(key);
  if (value == nullptr) refuse("the tensor " + printable(of) + " has no " + key);
  return *value;
}

std::vector<int64_t> integers(const Value& value, const std::string& of) {
  std::vector<int64_t> numbers;
  if (value.sequence() == nullptr)
    refuse("the tensor " + printable(of) + " has a shape or data_offsets that are not a list");
  for (const Value& item : value.sequence()->items) {
    if (item.integer().value_or(-1) < 0)
      refuse("the tensor " + printable(of) + " has an impossible shape or impossible data_offsets");
    numbers.push_back(*item.integer());
  }
  return numbers;
}

std::map<std::string, std::string> texts(const Value& value) {
  std::map<std::string, std::string> result;
  if (value.dict() == nullptr) refuse("its metadata are not an object");
  for (const auto& [key, text] : value.dict()->items) {
    if (text.text() == nullptr) refuse("its metadata hold a value that is not text");
    result.emplace(*key.text(), *text.text());
  }
  return result;
}

struct Place {
  int64_t begin, end;
};

Tensor tensor_of(const std::string& name, const Value& facts, const Bytes& data, std::vector<Place>& places) {
  if (facts.dict() == nullptr) refuse("the tensor " + printable(name) + " has no description");
  const std::string* type = member(*facts.dict(), "dtype", name).text();
  const DType dtype = type == nullptr ? nullptr : dtype_of_safetensors(*type);
  if (dtype == nullptr) refuse("the tensor " + printable(name) + " has an unknown type");
  const std::vector<int64_t> offsets = integers(member(*facts.dict(), "data_offsets", name), name);
  if (offsets.size() != 2 || offsets[1] < offsets[0])
    refuse("the tensor " + printable(name) + " has no data_offsets");
  const auto size = static_cast<uint64_t>(offsets[1] - offsets[0]);
  auto storage =
      std::make_shared<Storage>(Storage{size, data.slice(offsets[0], size, "the tensor " + printable(name))});
  Tensor tensor = row_major(dtype, integers(member(*facts.dict(), "shape", name), name), std::move(storage));
  if (static_cast<uint64_t>(tensor.element_count() * dtype->size) != size) {
    refuse("the tensor " + printable(name) + " has another size than its shape");
  }
  places.push_back({offsets[0], offsets[1]});
  return tensor;
}

void require_no_gap(std::vector<Place> places, size_t size) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  int64_t end = 0;
  for (const Place& place : places) {
    if (place.begin != end) refuse("its tensors overlap, or leave a gap");
    end = place.end;
  }
  if (static_cast<uint64_t>(end) != size) refuse("it has bytes after the last tensor");
}

using Named = std::pair<std::string, Tensor>;

/// Returns the tensors in the order in which they are written.
std::vector<const Named*> in_order(const Safetensors& contents) {
  std::vector<const Named*> order;
  order.reserve(contents.tensors.size());
  for (const Named& named : contents.tensors) order.push_back(&named);
  std::sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
    const auto left = a->second.dtype->size, right = b->second.dtype->size;
    return left != right ? left > right : a < b;  // they lie in one vector: equals keep its order
  });
  return order;
}

std::string metadata_json(const std::map<std::string, std::string>& metadata) {
  std::string json;
  for (const auto& [key, text] : metadata) {
    json.append(json.empty() ? "{" : ",").append(json_text(key)).append(":").append(json_text(text));
  }
  return json + "}";
}

/// Returns the header's entry for a tensor whose bytes begin at `offset`, and moves `offset` to their end.
std::string tensor_json(const Tensor& tensor, int64_t& offset) {
  if (tensor.dtype->safetensors == nullptr) {
    refuse("safetensors has no name for elements of type " + std::string(tensor.dtype->name));
  }
  std::ostringstream json;
  json << R"({"dtype":")" << tensor.dtype->safetensors << R"(","shape":[)";
  for (size_t i = 0; i < tensor.shape.size(); ++i) json << (i == 0 ? "" : ",") << tensor.shape[i];
  json << R"(],"data_offsets":[)" << offset << ',';
  offset += tensor.element_count() * tensor.dtype->size;
  json << offset << "]}";
  return json.str();
}

std::string header_of(const std::vector<const Named*>& order,
                      const std::map<std::string, std::string>& metadata) {
  std::string header = "{";
  if (!metadata.empty()) header.append(json_text(kMetadata)).append(":").append(metadata_json(metadata));
  int64_t offset = 0;
  for (const Named* named : order) {
    header.append(header.size() == 1 ? "" : ",").append(json_text(named->first)).append(":");
    header += tensor_json(named->second, offset);
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace

Safetensors parse_safetensors(const Bytes& file) {
  Cursor cursor(file, "the file");
  const auto length = cursor.read<uint64_t>();
  if (length > kLargestHeader || length > cursor.remaining())
    refuse("not a safetensors file: its length of the header is impossible");
  const Value header = parse_json(cursor.take(length).view());
  if (header.dict() == nullptr) refuse("not a safetensors file: its header is not an object");
  const Bytes data = cursor.take(cursor.remaining());
  Safetensors contents;
  std::vector<Place> places;
  for (const auto& [name, facts] : header.dict()->items) {
    if (*name.text() == kMetadata) {
      contents.metadata = texts(facts);
    } else {
      contents.tensors.emplace_back(*name.text(), tensor_of(*name.text(), facts, data, places));
    }
  }
  require_no_gap(std::move(places), data.size);
  return contents;
}

Safetensors read_safetensors(const std::string& path) { return parse_safetensors(read_file(path)); }

void write_safetensors(const std::string& path, const Safetensors& contents) {
  const std::vector<const Named*> order = in_order(contents);
  const std::string header = header_of(order, contents.metadata);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const auto put = [&file](const void* bytes, size_t size) {
    file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  };
  const uint64_t length = header.size();
  put(&length, sizeof length);
  put(header.data(), header.size());
  std::vector<uint8_t> elements;
  for (const Named* named : order) {
    elements.resize(named->second.element_count() * named->second.dtype->size);
    copy_row_major(named->second, elements.data());
    put(elements.data(), elements.size());
  }
  file.close();
  if (!file)
    throw runtime::CodedError("ERR_DEEPLASIA_OUTPUT", std::string("cannot write: ") + std::strerror(errno));
}

}  // namespace deeplasia::checkpoint
