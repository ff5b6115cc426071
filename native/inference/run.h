#pragma once

#include <vector>

#include "inference/model.h"

namespace deeplasia::inference {

// Calls the model's forward. Throws CodedError ERR_DEEPLASIA_MODEL_FORWARD, _OUT_OF_MEMORY.
c10::IValue run(Model& model, std::vector<c10::IValue> inputs);

}  // namespace deeplasia::inference
