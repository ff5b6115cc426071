#include "inference/run.h"

#include "runtime/failure.h"

namespace deeplasia::inference {

c10::IValue run(Model& model, std::vector<c10::IValue> inputs) try {
  return model.run(std::move(inputs));
} catch (const std::exception&) {
  const runtime::Failure failure = runtime::describe(std::current_exception());
  if (failure.code != "ERR_DEEPLASIA_INTERNAL")
    throw runtime::CodedError("ERR_DEEPLASIA_OUT_OF_MEMORY", failure.message);
  throw runtime::CodedError("ERR_DEEPLASIA_MODEL_FORWARD", "the model's forward failed: " + failure.message);
}

}  // namespace deeplasia::inference
