#pragma once

#include <cmath>

// glibc 2.29 gave exp, log and pow of doubles new symbol versions. These functions call those of long double,
// whose versions are old, so that the binaries also load on older systems.
namespace deeplasia::phantom {

inline double exp(double x) { return static_cast<double>(std::exp(static_cast<long double>(x))); }

inline double log(double x) { return static_cast<double>(std::log(static_cast<long double>(x))); }

inline double pow(double base, double exponent) {
  return static_cast<double>(std::pow(static_cast<long double>(base), static_cast<long double>(exponent)));
}

}  // namespace deeplasia::phantom
