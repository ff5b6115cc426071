#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace deeplasia::png {

/// So many rows are unfiltered at once.
constexpr int kGroupRows = 32;
/// So many bytes before and after each row that is unfiltered, and around the filtered data, may be read;
/// those around unfiltered rows are overwritten with anything.
constexpr size_t kSlack = 64;

enum Filter : uint8_t { kNone, kSub, kUp, kAverage, kPaeth, kFilters };

/// Rows, each behind the byte of its filter, and where they go to.
struct Group {
  const uint8_t* filtered;
  int count;             // rows, 1 to kGroupRows
  size_t row_bytes;      // without the byte of the filter
  size_t pixel_bytes;    // 1, 2 or 3; 1 where a pixel has fewer bits
  const uint8_t* above;  // the unfiltered row above; zeros above the first
  uint8_t* out;          // kGroupRows rows, whatever `count`
  size_t stride;         // bytes from row to row of `out`, at least row_bytes + 2 * kSlack

  const uint8_t* row(int k) const { return filtered + static_cast<size_t>(k) * (row_bytes + 1); }
};

/// Unfilters rows; every filter must be below kFilters. Uses what this processor has.
void unfilter(const Group& group);

/// The same, with no special instructions.
void unfilter_scalar(const Group& group);

/// The same, with AVX2, which the processor must have.
void unfilter_avx2(const Group& group);

/// Returns whether `unfilter_avx2` may be called.
bool has_avx2();

}  // namespace deeplasia::png
