#pragma once

#include <napi.h>

#include <optional>
#include <string>
#include <vector>

#include "image/chain.h"
#include "inference/batch.h"
#include "model/model.h"
#include "training/options.h"

// Typed readers of option objects that TypeScript has validated. They check only what would corrupt memory; a
// missing or mistyped property is a TypeError that names it.
namespace deeplasia::addon {

double number(const Napi::Object& object, const char* name);
int64_t integer(const Napi::Object& object, const char* name);
bool boolean(const Napi::Object& object, const char* name);
std::string text(const Napi::Object& object, const char* name);
std::vector<double> numbers(const Napi::Object& object, const char* name);
std::vector<int64_t> slots(const Napi::Object& object);
// [rows] float32, or nothing for null.
std::optional<std::vector<float>> floats(const Napi::Object& object, const char* name, size_t rows);

std::string text_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
double number_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
bool boolean_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
int64_t integer_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
std::vector<double> numbers_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
Napi::Object object_argument(const Napi::CallbackInfo& info, size_t index, const char* name);
std::vector<int64_t> slots_argument(const Napi::CallbackInfo& info, size_t index);
// [rows] float32, or nothing for null.
std::optional<std::vector<float>> sex_argument(const Napi::CallbackInfo& info, size_t index, size_t rows);

// The bytes stay where they are: the caller keeps `object` alive while the picture is used.
image::RawPicture picture(const Napi::Object& object);
image::Plan plan(const Napi::Object& object);
inference::Normalisation normalisation(const Napi::Object& object);
model::LoadOptions load_options(const Napi::Object& object);
training::TrainerOptions trainer_options(const Napi::Object& object);
// A copy of `data` with the four sides that `shape` says; `object` has both.
at::Tensor pictures(const Napi::Object& object);

}  // namespace deeplasia::addon
