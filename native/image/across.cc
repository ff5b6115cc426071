#include "image/across.h"

namespace deeplasia::image {

void across_scalar(const uint8_t* row, const AcrossTaps& taps, size_t from, int16_t* out) {
  for (size_t i = from; i < taps.count; ++i) {
    const auto low = static_cast<int32_t>(taps.weights[i] & 0xFFFF),
               high = static_cast<int32_t>(taps.weights[i] >> 16);
    const uint8_t* pixel = row + taps.first[i];
    const int32_t sum = pixel[0] * low + (high == 0 ? 0 : pixel[1] * high);
    out[i] = static_cast<int16_t>(sum >> 4);
  }
}

#if !defined(__x86_64__)
void across_avx2(const uint8_t* row, const AcrossTaps& taps, int16_t* out) {
  across_scalar(row, taps, 0, out);
}
#endif

void across(const uint8_t* row, const AcrossTaps& taps, int16_t* out) {
#if defined(__x86_64__)
  static const bool is_fast = __builtin_cpu_supports("avx2") != 0;
  if (is_fast) return across_avx2(row, taps, out);
#endif
  across_scalar(row, taps, 0, out);
}

}  // namespace deeplasia::image
