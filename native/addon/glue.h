#pragma once

#include <napi.h>

#include "addon/handle.h"
#include "inference/batch.h"
#include "inference/runner.h"
#include "model/model.h"

// The functions of the export table (addon.cc), by file. Signatures as JS sees them: src/native.ts.
namespace deeplasia::addon {

template <>
struct HandleKind<model::Model> {
  static constexpr napi_type_tag tag = {0x9d0f3c5be1a74d21, 0xa6c84f17d35e2b90};
  static constexpr const char* name = "model";
};
template <>
struct HandleKind<inference::Batch> {
  static constexpr napi_type_tag tag = {0x41b7e86f02d94ac3, 0x8e5a19d7fc306b24};
  static constexpr const char* name = "batch";
};

// model.cc
Napi::Value load_model(const Napi::CallbackInfo& info);
Napi::Value model_facts(const Napi::CallbackInfo& info);
Napi::Value forward(const Napi::CallbackInfo& info);
Napi::Value predict(const Napi::CallbackInfo& info);
// batch.cc
Napi::Value create_batch(const Napi::CallbackInfo& info);
Napi::Value fill_slot(const Napi::CallbackInfo& info);
Napi::Value read_batch(const Napi::CallbackInfo& info);
Napi::Value release(const Napi::CallbackInfo& info);
// archive.cc
Napi::Value read_extra_file(const Napi::CallbackInfo& info);
Napi::Value write_extra_file(const Napi::CallbackInfo& info);

}  // namespace deeplasia::addon
