#pragma once

#include "kernels/mbconv.h"

namespace torch::jit {
struct Graph;
struct Value;
}  // namespace torch::jit

namespace deeplasia::graph {

// Adds an operator that runs a block in own kernels, on [B, C, H, W] in float32 on the CPU; returns its
// output.
torch::jit::Value* insert_mbconv(torch::jit::Graph& graph, torch::jit::Value* input,
                                 const kernels::MbConv& shape);

// The processor that the kernels are compiled for: avx512, avx2 or plain.
const char* kernel_code();

}  // namespace deeplasia::graph
