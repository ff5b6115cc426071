#pragma once

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A reader of the JSON of our own fixtures: strict files without escapes, so the smallest that will do.
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
    const char* at = text.c_str();
    return parse(at);
  }

  bool is_null() const { return kind_ == Kind::null; }
  bool truth() const { return expect(Kind::boolean).number_ != 0; }
  double number() const { return expect(Kind::number).number_; }
  int64_t integer() const { return static_cast<int64_t>(number()); }
  const std::string& text() const { return expect(Kind::text).text_; }
  const std::vector<Json>& items() const { return expect(Kind::array).items_; }
  /// Keys and values, in the order of the file.
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
  /// Of an array of integers; null is none.
  std::vector<int64_t> integers() const {
    std::vector<int64_t> values;
    if (!is_null())
      for (const Json& item : items()) values.push_back(item.integer());
    return values;
  }

 private:
  const Json& expect(Kind kind) const {
    if (kind_ != kind) throw std::runtime_error("a JSON value is of another kind");
    return *this;
  }

  const Json* find(const std::string& key) const {
    for (const auto& [name, value] : members())
      if (name == key) return &value;
    return nullptr;
  }

  static char peek(const char*& at) {
    while (std::isspace(static_cast<unsigned char>(*at)) || *at == ',' || *at == ':') ++at;
    return *at;
  }

  static std::string parse_text(const char*& at) {
    const char* start = ++at;
    while (*at != '"') ++at;
    return {start, at++};
  }

  static Json parse(const char*& at) {
    Json value;
    switch (peek(at)) {
      case '{':
        value.kind_ = Kind::object;
        for (++at; peek(at) != '}';) {
          std::string key = parse_text(at);
          value.members_.emplace_back(std::move(key), parse(at));
        }
        ++at;
        break;
      case '[':
        value.kind_ = Kind::array;
        for (++at; peek(at) != ']';) value.items_.push_back(parse(at));
        ++at;
        break;
      case '"':
        value.kind_ = Kind::text;
        value.text_ = parse_text(at);
        break;
      case 'n':
        at += 4;
        break;
      case 't':
      case 'f':
        value.kind_ = Kind::boolean;
        value.number_ = *at == 't' ? 1 : 0;
        at += *at == 't' ? 4 : 5;
        break;
      default: {
        value.kind_ = Kind::number;
        char* end = nullptr;
        value.number_ = std::strtod(at, &end);
        if (end == at) throw std::runtime_error("not JSON");
        at = end;
      }
    }
    return value;
  }

  Kind kind_ = Kind::null;
  double number_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<std::pair<std::string, Json>> members_;
};

}  // namespace deeplasia::test
