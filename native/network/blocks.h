#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "network/author.h"
#include "network/config.h"

// The layers that the networks are built of. Their parameters hold no values yet: see initialise.h and
// state.h.
namespace deeplasia::network {

struct Convolution {
  int64_t in, out;                // channels
  std::array<int64_t, 2> kernel;  // height, width
  int64_t stride = 1;
  int64_t groups = 1;
  bool bias = false;
};

// Zeros before and after each side that give ceil(size / stride) outputs; the odd one comes after.
std::array<int64_t, 2> same_padding(int64_t size, int64_t kernel, int64_t stride);

// Convolution with as many zeros on either side.
Module convolution(Author& author, const Convolution& shape, std::array<int64_t, 2> padding = {0, 0});

// Convolution with "same" padding, of a square kernel; `nominal_size` is the side of the static case.
Module same_convolution(Author& author, const Convolution& shape, SamePadding padding, int64_t nominal_size);

// `momentum` in PyTorch's sense: the share of the new batch.
Module batch_norm(Author& author, int64_t channels, double eps, double momentum);

Module linear(Author& author, int64_t in, int64_t out);

// Children "0", "1", … applied in turn; `step` wraps the call of each, an expression of x, into another one.
using Step = std::function<std::string(const std::string& call)>;
Module sequence(
    Author& author, const std::string& type_name, const std::vector<Module>& layers,
    const Step& step = [](const std::string& call) { return call; },
    const Named<c10::IValue>& constants = {});

// Squeeze-and-excite over `x`, by the convolutions `_se_reduce` and `_se_expand` of the module it stands in.
extern const char* const kSqueezeExcite;

}  // namespace deeplasia::network
