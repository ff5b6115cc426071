#pragma once

#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "image/chain.h"
#include "runtime/coded_error.h"

// Small pictures and the chain's results for them, for tests.
namespace deeplasia::test {

using namespace deeplasia::image;

struct Picture {
  int64_t width, height;
  int channels;
  std::vector<uint8_t> bytes;
  int depth = 8;
  RawPicture raw(bool png_luma = true) const {
    return {
        .data = bytes.data(),
        .width = width,
        .height = height,
        .channels = channels,
        .depth = depth,
        .png_luma = png_luma,
    };
  }
};

inline Picture grey(int64_t width, int64_t height, std::vector<uint8_t> values) {
  return {width, height, 1, std::move(values)};
}

inline Picture deep(int64_t width, int64_t height, int channels, const std::vector<uint16_t>& values) {
  std::vector<uint8_t> bytes(values.size() * 2);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return {width, height, channels, std::move(bytes), 16};
}

inline Picture noise(int64_t width, int64_t height) {
  std::vector<uint8_t> values(width * height);
  uint32_t state = 1;
  for (uint8_t& value : values) value = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return grey(width, height, std::move(values));
}

/// Returns a plan that changes only the size.
inline Plan plain(int64_t width, int64_t height) {
  return {
      .height = height,
      .width = width,
      .depth = Depth::any,
      .background = Background::none,
      .mask_crop_size = -1,
      .equalize_bins = 0,
      .flip = false,
      .rotation_angle = 0,
      .fit = Fit::stretch,
      .resize = Resize::linear,
  };
}

struct Result {
  std::vector<float> values;
  Facts facts;
};

inline Result run(const Picture& picture, const Plan& plan, const Picture* mask = nullptr,
                  bool png_luma = true) {
  std::vector<float> out(plan.width * plan.height);
  const RawPicture raw_mask = mask == nullptr ? RawPicture{} : mask->raw();
  const Facts facts =
      run_chain(picture.raw(png_luma), mask == nullptr ? nullptr : &raw_mask, plan, out.data());
  return {std::move(out), facts};
}

inline std::string error_code(const Picture& picture, const Plan& plan, const Picture* mask = nullptr) {
  try {
    run(picture, plan, mask);
  } catch (const runtime::CodedError& error) {
    return error.code();
  }
  return "none";
}

inline std::string text(const std::vector<float>& values) {
  std::ostringstream out;
  for (const float value : values) out << value << ' ';
  return out.str();
}

}  // namespace deeplasia::test
