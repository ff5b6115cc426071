// Compiled for AVX2, and called only where has_avx2().
//
// A filtered pixel needs its left neighbour, so one row cannot be unfiltered in parallel. But 32 rows can, if
// each is one byte behind the row above it: in step t, lane k of a register is byte t - k of row k. The bytes
// above and on the left then are what the step before made: of the lane before, and of the same lane.
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>

#include "png/unfilter.h"

namespace deeplasia::png {
namespace {

constexpr int kBlock = 16;  // steps between two transpositions
/// std::array would lose the type's alignment.
struct Block {
  __m256i rows[kBlock];
  __m256i& operator[](size_t i) { return rows[i]; }
};

/// Transposes 16 x 16 bytes in each half of the registers: interleaving the upper eight with the lower eight
/// turns the bits of (row, column) round by one place.
void transpose(Block& block) {
  for (int turn = 0; turn < 4; ++turn) {
    Block turned;
    for (size_t i = 0; i < kBlock / 2; ++i) {
      turned[2 * i] = _mm256_unpacklo_epi8(block[i], block[i + kBlock / 2]);
      turned[2 * i + 1] = _mm256_unpackhi_epi8(block[i], block[i + kBlock / 2]);
    }
    block = turned;
  }
}

/// Per lane, 255 where the row's filter is one of those that use a neighbour, else 0.
struct Lanes {
  __m256i left, above, above_left, average;
  bool all_paeth;
};

Lanes lanes_of(const Group& group) {
  alignas(32) std::array<std::array<uint8_t, kGroupRows>, 4> masks{};
  int paeth = 0;
  for (int k = 0; k < group.count; ++k) {
    const uint8_t filter = *group.row(k);
    const auto mark = [&](int mask, bool used) { masks[mask][k] = used ? 255 : 0; };
    mark(0, filter == kSub || filter == kPaeth);
    mark(1, filter == kUp || filter == kPaeth);
    mark(2, filter == kPaeth);
    mark(3, filter == kAverage);
    paeth += filter == kPaeth ? 1 : 0;
  }
  const auto load = [&](int mask) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(masks[mask].data()));
  };
  return {load(0), load(1), load(2), load(3), paeth == kGroupRows};
}

inline __m256i absolute_difference(__m256i a, __m256i b) {
  return _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b));
}
/// Per lane, 255 where a >= b, else 0.
inline __m256i at_least(__m256i a, __m256i b) { return _mm256_cmpeq_epi8(_mm256_max_epu8(a, b), a); }

/// Paeth's predictor: the neighbour that is nearest to left + above - above_left.
inline __m256i paeth(__m256i left, __m256i above, __m256i above_left) {
  const __m256i by_left = absolute_difference(above, above_left);
  const __m256i by_above = absolute_difference(left, above_left);
  // Where both differences have the same sign, their sum is never the smallest.
  const __m256i same_sign = _mm256_cmpeq_epi8(at_least(above, above_left), at_least(left, above_left));
  const __m256i by_both = _mm256_or_si256(same_sign, absolute_difference(by_left, by_above));
  const __m256i nearest_other = _mm256_min_epu8(by_above, by_both);
  const __m256i other = _mm256_blendv_epi8(above_left, above, at_least(by_both, by_above));
  return _mm256_blendv_epi8(other, left, at_least(nearest_other, by_left));
}

inline __m256i floor_average(__m256i a, __m256i b) {
  const __m256i odd = _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_set1_epi8(1));
  return _mm256_sub_epi8(_mm256_avg_epu8(a, b), odd);
}

/// Sums for one width of a pixel in bytes; `kAllPaeth`: no row has another filter.
template <int kPixel, bool kAllPaeth>
class Wavefront {
 public:
  Wavefront(const Group& group, const Lanes& lanes) : group_(group), lanes_(lanes) {
    for (int k = 0; k < kGroupRows; ++k) {
      filtered_[k] = group.row(k < group.count ? k : 0) + 1 - k;
      out_[k] = group.out + static_cast<size_t>(k) * group.stride - k;
    }
  }

  void run() {
    const size_t steps = group_.row_bytes + kGroupRows - 1;
    for (size_t t = 0; t < steps; t += kBlock) {
      Block block = load(t);
      for (int i = 0; i < kBlock; ++i) {
        block[i] = step(block[i], t + i);
        if (t < kGroupRows) block[i] = _mm256_and_si256(block[i], begun(t + i));
        remember(block[i]);
      }
      store(block, t);
    }
  }

 private:
  Block load(size_t t) {
    Block block;
    for (int k = 0; k < kBlock; ++k)
      block[k] = _mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(filtered_[k + kBlock] + t),
                                     reinterpret_cast<const __m128i*>(filtered_[k] + t));
    transpose(block);
    return block;
  }

  void store(Block& block, size_t t) {
    transpose(block);
    for (int k = 0; k < kBlock; ++k)
      _mm256_storeu2_m128i(reinterpret_cast<__m128i*>(out_[k + kBlock] + t),
                           reinterpret_cast<__m128i*>(out_[k] + t), block[k]);
  }

  /// Per lane, 255 where the row has begun by step t, else 0.
  static __m256i begun(size_t t) {
    const __m256i lane = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                                          19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(t + 1)), lane);
  }

  __m256i step(__m256i filtered, size_t t) {
    // Row k's byte above is what lane k - 1 made in the step before; that of lane 0 is in the row above all.
    const __m128i from_above = _mm_loadu_si128(reinterpret_cast<const __m128i*>(group_.above + t - 15));
    const __m256i carried = _mm256_inserti128_si256(_mm256_castsi128_si256(from_above),
                                                    _mm256_castsi256_si128(made_[kPixel - 1]), 1);
    const __m256i above = _mm256_alignr_epi8(made_[kPixel - 1], carried, 15);
    const __m256i left = made_[0], above_left = above_[0];
    for (int i = 0; i + 1 < kPixel; ++i) above_[i] = above_[i + 1];
    above_[kPixel - 1] = above;
    if constexpr (kAllPaeth) {
      return _mm256_add_epi8(filtered, paeth(left, above, above_left));
    } else {
      // Paeth's predictor of (a, 0, 0) is a, of (0, b, 0) is b, of zeros is 0.
      const __m256i predicted =
          paeth(_mm256_and_si256(left, lanes_.left), _mm256_and_si256(above, lanes_.above),
                _mm256_and_si256(above_left, lanes_.above_left));
      return _mm256_add_epi8(filtered,
                             _mm256_blendv_epi8(predicted, floor_average(left, above), lanes_.average));
    }
  }

  void remember(__m256i made) {
    for (int i = 0; i + 1 < kPixel; ++i) made_[i] = made_[i + 1];
    made_[kPixel - 1] = made;
  }

  const Group& group_;
  const Lanes& lanes_;
  std::array<const uint8_t*, kGroupRows> filtered_;
  std::array<uint8_t*, kGroupRows> out_;
  // What the last steps made, and the bytes above in them; the oldest first, a pixel in all.
  __m256i made_[kPixel]{}, above_[kPixel]{};
};

template <int kPixel>
void run(const Group& group) {
  const Lanes lanes = lanes_of(group);
  if (lanes.all_paeth) {
    Wavefront<kPixel, true>(group, lanes).run();
  } else {
    Wavefront<kPixel, false>(group, lanes).run();
  }
}

}  // namespace

void unfilter_avx2(const Group& group) {
  switch (group.pixel_bytes) {
    case 1:
      return run<1>(group);
    case 2:
      return run<2>(group);
    default:
      return run<3>(group);
  }
}

}  // namespace deeplasia::png
#endif
