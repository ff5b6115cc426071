#pragma once

#include <napi.h>

#include "image/chain.h"
#include "inference/batch.h"
#include "inference/model.h"
#include "training/trainer_options.h"

// What native code is asked to do, of objects that TypeScript has validated.
namespace deeplasia::addon {

// The bytes stay where they are: the caller keeps `object` alive while the picture is used.
image::RawPicture picture(const Napi::Object& object);
image::Plan plan(const Napi::Object& object);
inference::Normalisation normalisation(const Napi::Object& object);
archive::Trust trust(const Napi::Object& object);
inference::LoadOptions load_options(const Napi::Object& object);
training::TrainerOptions trainer_options(const Napi::Object& object);
// A copy of `data` with the four sides that `shape` says; `object` has both.
at::Tensor pictures(const Napi::Object& object);

}  // namespace deeplasia::addon
