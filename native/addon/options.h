#pragma once

#include <napi.h>

#include "image/chain.h"
#include "inference/batch.h"
#include "inference/model.h"
#include "training/trainer_options.h"

// Reads options for native code from objects that TypeScript has validated.
namespace deeplasia::addon {

// The bytes are not copied: the caller must keep `object` alive while the picture is used.
image::RawPicture picture(const Napi::Object& object);
image::Plan plan(const Napi::Object& object);
inference::Normalisation normalisation(const Napi::Object& object);
archive::Trust trust(const Napi::Object& object);
inference::LoadOptions load_options(const Napi::Object& object);
training::TrainerOptions trainer_options(const Napi::Object& object);
// Returns a copy of `object.data` as a tensor of the four sides in `object.shape`.
at::Tensor pictures(const Napi::Object& object);

}  // namespace deeplasia::addon
