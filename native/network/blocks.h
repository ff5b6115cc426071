#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "network/author.h"
#include "network/network_config.h"

// The layers of the networks. Their parameters are uninitialised: initialise.h and state.h set them.
namespace deeplasia::network {

struct Convolution {
  int64_t in, out;                // channels
  std::array<int64_t, 2> kernel;  // height, width
  int64_t stride = 1;
  int64_t groups = 1;
  bool bias = false;
};

// Returns how many zeros before and after a side give ceil(size / stride) outputs; an odd one comes after.
std::array<int64_t, 2> same_padding(int64_t size, int64_t kernel, int64_t stride);

// Makes a convolution that is padded with `padding` zeros (rows, columns) on either side.
Module convolution(Author& author, const Convolution& shape, std::array<int64_t, 2> padding = {0, 0});

// Makes a convolution of a square kernel with "same" padding. `nominal_size`: side of the input for which
// static padding is computed.
Module same_convolution(Author& author, const Convolution& shape, SamePadding padding, int64_t nominal_size);

// Makes a batch norm. `momentum` in PyTorch's sense: the weight of the new batch.
Module batch_norm(Author& author, int64_t channels, double eps, double momentum);

Module linear(Author& author, int64_t in, int64_t out);

// Makes a module that applies its children "0", "1", … in turn. `step` wraps the call of each child, an
// expression of x, into another expression.
using Step = std::function<std::string(const std::string& call)>;
Module sequence(
    Author& author, const std::string& type_name, const std::vector<Module>& layers,
    const Step& step = [](const std::string& call) { return call; },
    const Named<c10::IValue>& constants = {});

// TorchScript of squeeze-and-excite over `x`. It calls the convolutions `_se_reduce` and `_se_expand` of its
// module.
extern const char* const kSqueezeExcite;

}  // namespace deeplasia::network
