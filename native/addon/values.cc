#include "addon/values.h"

namespace deeplasia::addon {
namespace {

std::vector<double> number_list(const Napi::Value& value, const char* name) {
  if (!value.IsArray()) mistyped(value.Env(), name, "an array of numbers");
  const auto array = value.As<Napi::Array>();
  std::vector<double> result;
  result.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); ++i) result.push_back(array.Get(i).ToNumber().DoubleValue());
  return result;
}

std::vector<int64_t> slot_numbers(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array)
    mistyped(value.Env(), "slots", "an Int32Array");
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::optional<std::vector<float>> float_rows(const Napi::Value& value, const char* name, size_t rows) {
  if (value.IsNull()) return std::nullopt;
  if (!is_float_array(value)) mistyped(value.Env(), name, "a Float32Array or null");
  const auto array = value.As<Napi::Float32Array>();
  if (array.ElementLength() != rows) mistyped(value.Env(), name, "as long as the batch");
  return std::vector<float>(array.Data(), array.Data() + rows);
}

}  // namespace

void mistyped(Napi::Env env, const char* name, const char* expected) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

bool is_float_array(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
}

double number(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) mistyped(object.Env(), name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integer(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsNumber()) mistyped(object.Env(), name, "a number");
  return value.As<Napi::Number>().Int64Value();  // defined for NaN and infinity, unlike a cast
}

bool boolean(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) mistyped(object.Env(), name, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

std::string text(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString()) mistyped(object.Env(), name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<double> numbers(const Napi::Object& object, const char* name) {
  return number_list(object.Get(name), name);
}

std::vector<double> numbers_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  return number_list(info[index], name);
}

std::string text_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsString()) mistyped(info.Env(), name, "a string");
  return info[index].As<Napi::String>().Utf8Value();
}

double number_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsNumber()) mistyped(info.Env(), name, "a number");
  return info[index].As<Napi::Number>().DoubleValue();
}

bool boolean_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsBoolean()) mistyped(info.Env(), name, "a boolean");
  return info[index].As<Napi::Boolean>().Value();
}

int64_t integer_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsNumber()) mistyped(info.Env(), name, "a number");
  return info[index].As<Napi::Number>().Int64Value();
}

Napi::Object object_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsObject()) mistyped(info.Env(), name, "an object");
  return info[index].As<Napi::Object>();
}

std::vector<int64_t> slots_argument(const Napi::CallbackInfo& info, size_t index) {
  return slot_numbers(info[index]);
}

std::vector<int64_t> slots(const Napi::Object& object) { return slot_numbers(object.Get("slots")); }

std::optional<std::vector<float>> sex_argument(const Napi::CallbackInfo& info, size_t index, size_t rows) {
  return float_rows(info[index], "sex", rows);
}

std::optional<std::vector<float>> floats(const Napi::Object& object, const char* name, size_t rows) {
  return float_rows(object.Get(name), name, rows);
}

std::vector<std::string> texts(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsArray()) mistyped(object.Env(), name, "an array of strings");
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> result;
  result.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); ++i) result.push_back(array.Get(i).ToString().Utf8Value());
  return result;
}

std::optional<double> number_or_null(const Napi::Object& object, const char* name) {
  if (object.Get(name).IsNull()) return std::nullopt;
  return number(object, name);
}

std::optional<Napi::Object> object_or_null(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsNull() || value.IsUndefined()) return std::nullopt;
  if (!value.IsObject()) mistyped(object.Env(), name, "an object or null");
  return value.As<Napi::Object>();
}

Napi::Value bytes(Napi::Env env, const std::vector<uint8_t>& values) {
  auto array = Napi::Uint8Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

}  // namespace deeplasia::addon
