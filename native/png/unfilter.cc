#include "png/unfilter.h"

#include <cstdlib>
#include <cstring>

namespace deeplasia::png {
namespace {

uint8_t paeth(int left, int above, int above_left) {
  const int by_left = std::abs(above - above_left), by_above = std::abs(left - above_left);
  const int by_both = std::abs(left + above - 2 * above_left);
  if (by_left <= by_above && by_left <= by_both) return static_cast<uint8_t>(left);
  return static_cast<uint8_t>(by_above <= by_both ? above : above_left);
}

void unfilter_row(const uint8_t* filtered, const uint8_t* above, uint8_t* out, size_t count,
                  size_t pixel_bytes) {
  const auto filter = static_cast<Filter>(*filtered++);
  const auto left = [=](size_t x) { return x < pixel_bytes ? 0 : int{out[x - pixel_bytes]}; };
  const auto above_left = [=](size_t x) { return x < pixel_bytes ? 0 : int{above[x - pixel_bytes]}; };
  switch (filter) {
    case kSub:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<uint8_t>(filtered[x] + left(x));
      return;
    case kUp:
      for (size_t x = 0; x < count; ++x) out[x] = static_cast<uint8_t>(filtered[x] + above[x]);
      return;
    case kAverage:
      for (size_t x = 0; x < count; ++x)
        out[x] = static_cast<uint8_t>(filtered[x] + (left(x) + above[x]) / 2);
      return;
    case kPaeth:
      for (size_t x = 0; x < count; ++x)
        out[x] = static_cast<uint8_t>(filtered[x] + paeth(left(x), above[x], above_left(x)));
      return;
    default:
      std::memcpy(out, filtered, count);
  }
}

}  // namespace

void unfilter_scalar(const Group& group) {
  const uint8_t* above = group.above;
  uint8_t* out = group.out;
  for (int k = 0; k < group.count; ++k, above = out, out += group.stride)
    unfilter_row(group.row(k), above, out, group.row_bytes, group.pixel_bytes);
}

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }
#else
bool has_avx2() { return false; }
void unfilter_avx2(const Group& group) { unfilter_scalar(group); }
#endif

void unfilter(const Group& group) {
  static const bool is_fast = has_avx2();
  is_fast ? unfilter_avx2(group) : unfilter_scalar(group);
}

}  // namespace deeplasia::png
