#include "checkpoint/describe.h"

#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

#include "checkpoint/json.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::refuse;

std::string real_text(double number) {
  if (std::isnan(number)) return "\"NaN\"";
  if (std::isinf(number)) return number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  // The fewest digits that read back as the same number. Releases are built by GCC 10, whose to_chars cannot.
  for (int digits = std::numeric_limits<double>::digits10;; ++digits) {
    std::stringstream text;
    text.imbue(std::locale::classic());
    text.precision(digits);
    text << number;
    double again = 0;
    if (digits == std::numeric_limits<double>::max_digits10 || (text >> again && again == number))
      return text.str();
  }
}

class Writer {
 public:
  explicit Writer(size_t most_bytes) : most_bytes_(most_bytes) {}

  void write(const Value& value) {
    std::visit([this](const auto& held) { put(held); }, value.held);
  }

  Description finish() { return {std::move(text_), std::move(tensors_)}; }

 private:
  void add(std::string_view text) {
    if (text.size() > most_bytes_ - text_.size()) refuse("it would unfold to far more than the file holds");
    text_ += text;
  }

  void put(None) { add("null"); }
  void put(bool truth) { add(truth ? "true" : "false"); }
  void put(int64_t number) { add(std::to_string(number)); }
  void put(double number) { add(real_text(number)); }
  void put(const std::shared_ptr<const std::string>& text) { add(json_text(*text)); }
  void put(const Bytes& bytes) { add("{\"$bytes\":" + std::to_string(bytes.size) + "}"); }
  void put(const Name& name) { add("{\"$name\":" + json_text(*name.text) + "}"); }
  void put(DType dtype) { add("{\"$name\":" + json_text(std::string("torch.") + dtype->name) + "}"); }
  void put(const TypedStorage& typed) {
    add("{\"$bytes\":" + std::to_string(typed.storage->byte_count) + "}");
  }

  void put(const std::shared_ptr<Tensor>& tensor) {
    add("{\"$tensor\":" + std::to_string(tensors_.size()) + ",\"dtype\":\"" + tensor->dtype->name +
        "\",\"shape\":[");
    for (size_t i = 0; i < tensor->shape.size(); ++i) {
      if (i > 0) add(",");
      add(std::to_string(tensor->shape[i]));
    }
    add("]}");
    tensors_.push_back(tensor);
  }

  void put(const std::shared_ptr<Sequence>& sequence) {
    const char* separator = "[";
    for (const Value& item : sequence->items) {
      add(separator);
      write(item);
      separator = ",";
    }
    add(sequence->items.empty() ? "[]" : "]");
  }

  void put(const std::shared_ptr<Dict>& dict) {
    const char* separator = "{";
    for (const auto& [key, value] : dict->items) {
      add(separator);
      put_key(key);
      add(":");
      write(value);
      separator = ",";
    }
    add(dict->items.empty() ? "{}" : "}");
  }

  void put_key(const Value& key) {
    if (key.text() != nullptr) return add(json_text(*key.text()));
    Writer writer(most_bytes_ - text_.size());
    writer.write(key);
    add(json_text(writer.text_));
  }

  size_t most_bytes_;
  std::string text_;
  std::vector<std::shared_ptr<Tensor>> tensors_;
};

}  // namespace

Description describe(const Value& root, size_t most_bytes) {
  Writer writer(most_bytes);
  writer.write(root);
  return writer.finish();
}

}  // namespace deeplasia::checkpoint
