// A vector of as many floats as a register of the processor holds that the file is compiled for. Each unit
// that includes this defines KERNEL_NAMESPACE and KERNEL_LANES. No function here may be one that other units
// share (no `inline` of the standard library): the linker could give them the code of a newer processor.
#pragma once

#include <cstdint>

namespace deeplasia::kernels::KERNEL_NAMESPACE {

constexpr int64_t kLanes = KERNEL_LANES;
// Pixels of a tile of 3, 2 and 1 vectors: accumulators, weights and one input fill the registers.
constexpr bool kManyRegisters = kLanes == 16;
constexpr int kTile[] = {0, 8, 6, kManyRegisters ? 8 : 4};

using Vector = float __attribute__((vector_size(KERNEL_LANES * 4)));
using Integers = int32_t __attribute__((vector_size(KERNEL_LANES * 4)));
using Unaligned = float __attribute__((vector_size(KERNEL_LANES * 4), aligned(4), may_alias));

#define KERNEL_INLINE [[gnu::always_inline]] static inline
#define KERNEL_INLINE_MEMBER [[gnu::always_inline]] inline

KERNEL_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
KERNEL_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

KERNEL_INLINE Vector load(const float* from) { return *reinterpret_cast<const Unaligned*>(from); }
KERNEL_INLINE void store(float* to, Vector value) { *reinterpret_cast<Unaligned*>(to) = value; }

KERNEL_INLINE Vector all(float s) {
#if KERNEL_LANES == 16
  return Vector{s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s};
#elif KERNEL_LANES == 8
  return Vector{s, s, s, s, s, s, s, s};
#else
  return Vector{s, s, s, s};
#endif
}

KERNEL_INLINE Integers all(int32_t s) { return Integers{} + s; }

// Keeps a value in its register: the compiler would load it again for each use.
KERNEL_INLINE void keep(Vector& value) {
#if defined(__AVX512F__)
  asm("" : "+v"(value));
#elif defined(__x86_64__)
  asm("" : "+x"(value));
#elif defined(__aarch64__)
  asm("" : "+w"(value));
#else
  (void)value;
#endif
}

// Returns 1 + 2^-z, with a relative error of 3e-7: the polynomial of the exponent's fraction, with its
// integer part added to the exponent's bits.
KERNEL_INLINE Vector one_and_power(Vector z) {
  constexpr float kShift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, in the last bits
  constexpr int32_t kZero = 0x4B400000, kRange = 126;
  const Vector rounded = all(kShift) - z;
  const Vector f = (all(kShift) - rounded) - z;
  Integers i = reinterpret_cast<Integers>(rounded);
  const Integers low = all(kZero - kRange), high = all(kZero + kRange);
  i = i > low ? i : low;
  i = i < high ? i : high;
  Vector p = f * .001327647152f + .009675541331f;
  p = p * f + .05550713275f;
  p = p * f + .2402211972f;
  p = p * f + .6931469671f;
  p = p * f + 1.0f;
  return reinterpret_cast<Vector>((i << 23) + reinterpret_cast<Integers>(p)) + 1.0f;
}

// Returns log2(e) * silu(x) of z = log2(e) * x.
KERNEL_INLINE Vector silu(Vector z) { return z / one_and_power(z); }

// Returns sigmoid(x) of z = log2(e) * x.
KERNEL_INLINE Vector sigmoid(Vector z) { return 1.0f / one_and_power(z); }

}  // namespace deeplasia::kernels::KERNEL_NAMESPACE
