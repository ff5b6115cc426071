#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/json.h"

// JSON of the fixtures, with accessors that throw if a value is missing.
namespace deeplasia::test {

class Json {
 public:
  enum class Kind { null, boolean, number, text, array, object };

  static Json read(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot open " + path);
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    return from(checkpoint::parse_json(text));
  }

  bool is_null() const { return kind_ == Kind::null; }
  bool is_array() const { return kind_ == Kind::array; }
  bool truth() const { return expect(Kind::boolean).number_ != 0; }
  double number() const { return expect(Kind::number).number_; }
  int64_t integer() const { return static_cast<int64_t>(number()); }
  const std::string& text() const { return expect(Kind::text).text_; }
  const std::vector<Json>& items() const { return expect(Kind::array).items_; }
  /// Returns keys and values, in the order of the file.
  const std::vector<std::pair<std::string, Json>>& members() const { return expect(Kind::object).members_; }
  const Json& operator[](size_t index) const { return items().at(index); }
  bool has(const std::string& key) const { return find(key) != nullptr; }
  const Json& operator[](const std::string& key) const {
    if (const Json* value = find(key)) return *value;
    throw std::runtime_error("no member " + key);
  }

  std::vector<double> numbers() const {
    std::vector<double> values;
    for (const Json& item : items()) values.push_back(item.number());
    return values;
  }
  /// Returns an array of integers; empty for null.
  std::vector<int64_t> integers() const {
    std::vector<int64_t> values;
    if (!is_null())
      for (const Json& item : items()) values.push_back(item.integer());
    return values;
  }

 private:
  static Json from(const checkpoint::Value& parsed) {
    Json value;
    if (const bool* truth = parsed.get<bool>()) {
      value.kind_ = Kind::boolean;
      value.number_ = *truth ? 1 : 0;
    } else if (parsed.text() != nullptr) {
      value.kind_ = Kind::text;
      value.text_ = *parsed.text();
    } else if (const auto* sequence = parsed.sequence()) {
      value.kind_ = Kind::array;
      for (const checkpoint::Value& item : sequence->items) value.items_.push_back(from(item));
    } else if (const auto* dict = parsed.dict()) {
      value.kind_ = Kind::object;
      for (const auto& [key, item] : dict->items) value.members_.emplace_back(*key.text(), from(item));
    } else if (const auto number = parsed.number()) {
      value.kind_ = Kind::number;
      value.number_ = *number;
    }
    return value;
  }

  const Json& expect(Kind kind) const {
    if (kind_ != kind) throw std::runtime_error("a JSON value is of another kind");
    return *this;
  }

  const Json* find(const std::string& key) const {
    for (const auto& [name, value] : members())
      if (name == key) return &value;
    return nullptr;
  }

  Kind kind_ = Kind::null;
  double number_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<std::pair<std::string, Json>> members_;
};

}  // namespace deeplasia::test
