#pragma once

#include "checkpoint/dialect.h"

namespace deeplasia::checkpoint {

/// The globals of checkpoints: plain containers, tensors, NumPy's numbers, and names that stand for
/// themselves.
Value global(std::string_view module, std::string_view name);
Value call(const Value& function, const Sequence& arguments, Builder& builder);
void set_state(const Value& object, const Value& state, Builder& builder);

inline constexpr Dialect kCheckpoints{.global = global, .call = call, .set_state = set_state};

}  // namespace deeplasia::checkpoint
