#pragma once

#include <cstddef>
#include <cstdint>

namespace deeplasia::image {

/// The taps of 8-bit linear interpolation along a row: target pixel i is (row[first] * low weight + row[first
/// + 1] * high weight) / 16, in 1/128 grey value. Where the second weight is 0, row[first + 1] need not
/// exist.
struct AcrossTaps {
  const int32_t* first;     // ascending
  const uint32_t* weights;  // the second's above the first's, 16 bits each, 1/2048
  size_t count;
  size_t safe;  // for so many, from the start, row[first + 3] exists
};

/// Interpolates the taps' targets from `from` on.
void across_scalar(const uint8_t* row, const AcrossTaps& taps, size_t from, int16_t* out);

/// Interpolates all of them, with what this processor has.
void across(const uint8_t* row, const AcrossTaps& taps, int16_t* out);

/// The same, with AVX2, which the processor must have.
void across_avx2(const uint8_t* row, const AcrossTaps& taps, int16_t* out);

}  // namespace deeplasia::image
