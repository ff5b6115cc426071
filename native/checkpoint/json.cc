#include "checkpoint/json.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "bytes/utf8.h"
#include "checkpoint/builder.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::append_utf8;
using bytes::hexadecimal;
using bytes::is_utf8;
using bytes::refuse;

constexpr int kDeepest = 100;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text), builder_(text.size()) {}

  Value run() {
    Value root = value(0);
    space();
    if (!rest_.empty()) fail();
    builder_.complete(root);
    return root;
  }

 private:
  [[noreturn]] static void fail() { refuse("its header is not valid JSON"); }

  void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }

  bool take(std::string_view token) {
    space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail();
  }

  Value value(int depth) {
    if (depth > kDeepest) refuse("its header is nested too deeply");
    if (take("{")) return object(depth);
    if (take("[")) return array(depth);
    if (take("\"")) return Value::of_text(text());
    if (take("true")) return {true};
    if (take("false")) return {false};
    if (take("null")) return {None{}};
    return number();
  }

  Value object(int depth) {
    auto dict = std::make_shared<Dict>();
    while (!take("}")) {
      if (!dict->items.empty()) expect(",");
      expect("\"");
      Value key = Value::of_text(text());
      expect(":");
      builder_.add(*dict, std::move(key), value(depth + 1));
    }
    return {dict};
  }

  Value array(int depth) {
    auto list = std::make_shared<Sequence>();
    while (!take("]")) {
      if (!list->items.empty()) expect(",");
      builder_.add(*list, value(depth + 1));
    }
    return {list};
  }

  /// Reads the rest of a text after its opening quote.
  std::string text() {
    std::string result;
    while (true) {
      const size_t plain = rest_.find_first_of("\"\\");
      if (plain == std::string_view::npos) fail();
      result += rest_.substr(0, plain);
      const bool is_end = rest_[plain] == '"';
      rest_.remove_prefix(plain + 1);
      if (is_end) break;
      escape(result);
    }
    for (const char c : result) {
      if (c == '\0') fail();  // no name has one, and a reader of C strings would cut the name there
    }
    if (!is_utf8(result)) fail();
    return result;
  }

  void escape(std::string& result) {
    static constexpr std::string_view kCodes = "\"\\/bfnrt", kCharacters = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) fail();
    const size_t code = kCodes.find(rest_[0]);
    const bool is_unicode = rest_[0] == 'u';
    rest_.remove_prefix(1);
    if (code != std::string_view::npos) {
      result += kCharacters[code];
    } else if (is_unicode) {
      append_utf8(result, unicode());
    } else {
      fail();
    }
  }

  /// Reads the four digits after "\u", and four more if they are the first half of a surrogate pair.
  uint32_t unicode() {
    const int64_t first = hexadecimal(rest_, 4);
    if (first < 0) fail();
    rest_.remove_prefix(4);
    if (first < 0xD800 || first >= 0xDC00 || !rest_.starts_with("\\u")) return static_cast<uint32_t>(first);
    const int64_t second = hexadecimal(rest_.substr(2), 4);
    if (second < 0xDC00 || second >= 0xE000) fail();
    rest_.remove_prefix(6);
    return static_cast<uint32_t>(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
  }

  Value number() {
    const std::string digits(
        rest_.substr(0, std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size())));
    if (digits.empty() || digits[0] == '+') fail();
    rest_.remove_prefix(digits.size());
    char* end = nullptr;
    errno = 0;
    if (digits.find_first_of(".eE") == std::string::npos) {
      const int64_t integer = std::strtoll(digits.c_str(), &end, 10);
      if (*end != '\0' || errno != 0) fail();
      return {integer};
    }
    const double real = std::strtod(digits.c_str(), &end);
    if (*end != '\0') fail();
    return {real};
  }

  std::string_view rest_;
  Builder builder_;
};

}  // namespace

Value parse_json(std::string_view text) { return Parser(text).run(); }

std::string json_text(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<uint8_t>(c) < ' ') {
      quoted += std::string("\\u00") + kDigits[c >> 4] + kDigits[c & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace deeplasia::checkpoint
