#pragma once

#include <napi.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Typed readers of JavaScript values that TypeScript has validated. They check only what could corrupt
// memory. A missing or mistyped property is a TypeError that names it.
namespace deeplasia::addon {

[[noreturn]] void mistyped(Napi::Env env, const char* name, const char* expected);

double number(const Napi::Object& object, const char* name);
int64_t integer(const Napi::Object& object, const char* name);
bool boolean(const Napi::Object& object, const char* name);
std::string text(const Napi::Object& object, const char* name);
std::vector<double> numbers(const Napi::Object& object, const char* name);
std::vector<std::string> texts(const Napi::Object& object, const char* name);
std::vector<int64_t> slots(const Napi::Object& object);
// [rows] float32, or nothing for null.
std::optional<std::vector<float>> floats(const Napi::Object& object, const char* name, size_t rows);
// Nothing for null.
std::optional<double> number_or_null(const Napi::Object& object, const char* name);
// Nothing for null or a property that is not there.
std::optional<Napi::Object> object_or_null(const Napi::Object& object, const char* name);

std::string text_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
double number_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
bool boolean_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
int64_t integer_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
std::vector<double> numbers_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
Napi::Object object_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
std::vector<int64_t> slots_argument(const Napi::CallbackInfo& info, size_t index);
// [rows] float32, or nothing for null.
std::optional<std::vector<float>> sex_argument(const Napi::CallbackInfo& info, size_t index, size_t rows);

bool is_float_array(const Napi::Value& value);

// Returns the value of the word that the property holds. Throws for any other word.
template <class Enum>
Enum choice(const Napi::Object& object, const char* name,
            std::initializer_list<std::pair<const char*, Enum>> values) {
  const std::string chosen = text(object, name);
  for (const auto& [key, value] : values)
    if (chosen == key) return value;
  mistyped(object.Env(), name, "one of the known words");
}

// Returns a Uint8Array with a copy of the bytes.
Napi::Value bytes(Napi::Env env, const std::vector<uint8_t>& values);

}  // namespace deeplasia::addon
