// Compiled for AVX2, and called only where the processor has it.
#if defined(__x86_64__)
#include <immintrin.h>

#include "image/across.h"

namespace deeplasia::image {
namespace {

constexpr size_t kLanes = 8;

/// Eight targets: a gather of four bytes each, of which the first two are kept, as 16-bit values.
inline __m256i sums(const uint8_t* row, const AcrossTaps& taps, size_t i) {
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.first + i));
  const __m256i weights = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.weights + i));
  const __m256i bytes = _mm256_i32gather_epi32(reinterpret_cast<const int*>(row), first, 1);
  const __m256i pairs = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1, 0, -1, 1,
                                         -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
  return _mm256_srai_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(bytes, pairs), weights), 4);
}

}  // namespace

void across_avx2(const uint8_t* row, const AcrossTaps& taps, int16_t* out) {
  size_t i = 0;
  for (; i + 2 * kLanes <= taps.safe; i += 2 * kLanes) {
    const __m256i packed = _mm256_packs_epi32(sums(row, taps, i), sums(row, taps, i + kLanes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_permute4x64_epi64(packed, 0xD8));
  }
  across_scalar(row, taps, i, out);
}

}  // namespace deeplasia::image
#endif
