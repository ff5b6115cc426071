#include "addon/options.h"

#include <torch/script.h>

#include <initializer_list>
#include <utility>

namespace deeplasia::addon {
namespace {

[[noreturn]] void mistyped(Napi::Env env, const char* name, const char* expected) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

template <class Enum>
Enum choice(const Napi::Object& object, const char* name,
            std::initializer_list<std::pair<const char*, Enum>> values) {
  const std::string chosen = text(object, name);
  for (const auto& [key, value] : values)
    if (chosen == key) return value;
  mistyped(object.Env(), name, "one of the known words");
}

bool is_float_array(const Napi::Value& value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
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

// Nothing for null.
std::optional<double> number_or_null(const Napi::Object& object, const char* name) {
  if (object.Get(name).IsNull()) return std::nullopt;
  return number(object, name);
}

// Nothing for null.
std::optional<Napi::Object> object_or_null(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsNull()) return std::nullopt;
  if (!value.IsObject()) mistyped(object.Env(), name, "an object or null");
  return value.As<Napi::Object>();
}

std::optional<image::Augmentation> augmentation(const Napi::Object& plan) {
  const auto object = object_or_null(plan, "augmentation");
  if (!object) return std::nullopt;
  image::Augmentation drawn{boolean(*object, "onePass"),
                            number(*object, "scaleX"),
                            number(*object, "scaleY"),
                            number(*object, "translateX"),
                            number(*object, "translateY"),
                            number(*object, "shearX"),
                            number(*object, "shearY"),
                            {},
                            number_or_null(*object, "claheClipLimit"),
                            number_or_null(*object, "gammaPercent")};
  if (const auto how = object_or_null(*object, "sharpening"))
    drawn.sharpening = {number(*how, "alpha"), number(*how, "lightness")};
  return drawn;
}

}  // namespace

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

image::RawPicture picture(const Napi::Object& object) {
  const Napi::Value data = object.Get("data");
  if (!data.IsTypedArray() || data.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    mistyped(object.Env(), "picture.data", "a Uint8Array");
  const auto bytes = data.As<Napi::Uint8Array>();
  const image::RawPicture raw{bytes.Data(),
                              integer(object, "width"),
                              integer(object, "height"),
                              static_cast<int>(integer(object, "channels")),
                              static_cast<int>(integer(object, "depth")),
                              text(object, "luma") == "png"};
  constexpr int64_t kMaxSide = 1 << 20;
  const bool sane = raw.width > 0 && raw.height > 0 && raw.width <= kMaxSide && raw.height <= kMaxSide &&
                    (raw.channels == 1 || raw.channels == 3) && (raw.depth == 8 || raw.depth == 16);
  if (!sane ||
      static_cast<int64_t>(bytes.ByteLength()) != raw.width * raw.height * raw.channels * raw.depth / 8)
    mistyped(object.Env(), "picture.data", "width * height * channels * depth / 8 bytes long");
  return raw;
}

image::Plan plan(const Napi::Object& object) {
  using namespace image;
  return {integer(object, "height"),
          integer(object, "width"),
          choice<Depth>(object, "depth", {{"any", Depth::any}, {"8bit", Depth::eight_bit}}),
          choice<Background>(object, "background",
                             {{"percentile", Background::percentile},
                              {"none", Background::none},
                              {"reference-training", Background::reference_training}}),
          number(object, "maskCropSize"),
          static_cast<int>(integer(object, "equalizeBins")),
          boolean(object, "flip"),
          number(object, "rotationAngle"),
          choice<Fit>(object, "fit",
                      {{"centre-square", Fit::centre_square}, {"stretch", Fit::stretch}, {"pad", Fit::pad}}),
          choice<Resize>(object, "resize", {{"linear", Resize::linear}, {"area", Resize::area}}),
          augmentation(object)};
}

inference::Normalisation normalisation(const Napi::Object& object) {
  using Method = inference::Normalisation::Method;
  inference::Normalisation how{choice<Method>(object, "method",
                                              {{"zscore", Method::zscore},
                                               {"interval", Method::interval},
                                               {"none", Method::none},
                                               {"fixed", Method::fixed}}),
                               numbers(object, "mean"), numbers(object, "sd")};
  if (how.mean.size() != how.sd.size()) mistyped(object.Env(), "sd", "as long as mean");
  return how;
}

model::Precision precision(const Napi::Object& object) {
  using model::Precision;
  return choice<Precision>(
      object, "precision",
      {{"32", Precision::float32}, {"16", Precision::float16}, {"bf16", Precision::bfloat16}});
}

model::LoadOptions load_options(const Napi::Object& object) {
  return {model::parse_device(text(object, "device")), static_cast<int>(integer(object, "threads")),
          precision(object), boolean(object, "optimize")};
}

training::TrainerOptions trainer_options(const Napi::Object& object) {
  using training::Clipping;
  using Kind = training::OptimizerOptions::Kind;
  training::TrainerOptions options{};
  options.device = model::parse_device(text(object, "device"));
  options.threads = static_cast<int>(integer(object, "threads"));
  options.precision = precision(object);
  options.seed = static_cast<uint64_t>(integer(object, "seed"));
  const auto kind = choice<Kind>(
      object, "optimizer",
      {{"adam", Kind::adam}, {"adamw", Kind::adamw}, {"sgd", Kind::sgd}, {"rmsprop", Kind::rmsprop}});
  options.optimizer = {kind,
                       number(object, "weightDecay"),
                       number(object, "beta1"),
                       number(object, "beta2"),
                       boolean(object, "amsgrad"),
                       number(object, "eps"),
                       number(object, "momentum"),
                       number(object, "dampening"),
                       boolean(object, "nesterov"),
                       number(object, "alpha"),
                       boolean(object, "centered")};
  options.clipping = {
      choice<Clipping::Kind>(
          object, "clipping",
          {{"none", Clipping::Kind::none}, {"norm", Clipping::Kind::norm}, {"value", Clipping::Kind::value}}),
      number(object, "clippingLimit")};
  options.accumulation = 1;  // each step says its own
  if (!object.Get("emaDecay").IsNull()) options.ema_decay = number(object, "emaDecay");
  options.age_weight = number(object, "ageWeight");
  options.sex_weight = number(object, "sexWeight");
  if (!object.Get("dropConnect").IsNull()) options.drop_connect = number(object, "dropConnect");
  options.frozen = texts(object, "frozen");
  return options;
}

at::Tensor pictures(const Napi::Object& object) {
  const Napi::Value data = object.Get("data");
  if (!is_float_array(data)) mistyped(object.Env(), "data", "a Float32Array");
  const auto array = data.As<Napi::Float32Array>();
  const std::vector<double> sides = numbers(object, "shape");
  std::vector<int64_t> shape;
  int64_t product = 1;
  constexpr double kMaxSide = 1 << 20;
  for (const double side : sides) {
    if (!(side >= 1 && side <= kMaxSide)) mistyped(object.Env(), "shape", "four positive integers");
    shape.push_back(static_cast<int64_t>(side));
    product *= shape.back();
    if (product > static_cast<int64_t>(array.ElementLength())) break;  // before it can overflow
  }
  if (sides.size() != 4 || product != static_cast<int64_t>(array.ElementLength()))
    mistyped(object.Env(), "data", "B * C * H * W values");
  return at::from_blob(const_cast<float*>(array.Data()), shape, at::kFloat).clone();
}

}  // namespace deeplasia::addon
