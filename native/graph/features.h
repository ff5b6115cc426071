#pragma once

namespace torch::jit {
struct Module;
}

// Networks that are authored here have a method `forward_features`: forward's arguments and outputs, and last
// the pooled features that the heads read, [B, features].
namespace deeplasia::graph {

// Whether the module has such a method. Others use the name for something else (timm: the unpooled map).
bool gives_features(const torch::jit::Module& module);

// A module whose forward is that method. Freezing folds the weights of each method anew: with two methods a
// model would take twice the memory.
torch::jit::Module with_features(const torch::jit::Module& module);

}  // namespace deeplasia::graph
