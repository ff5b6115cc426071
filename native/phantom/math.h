#pragma once

#include <cmath>

// Functions of doubles that glibc 2.29 gave new versions: by way of long double, whose versions are old, so
// that what is compiled here loads with the libraries of older systems too.
namespace deeplasia::phantom {

inline double exp(double x) { return static_cast<double>(std::exp(static_cast<long double>(x))); }

inline double log(double x) { return static_cast<double>(std::log(static_cast<long double>(x))); }

inline double pow(double base, double exponent) {
  return static_cast<double>(std::pow(static_cast<long double>(base), static_cast<long double>(exponent)));
}

}  // namespace deeplasia::phantom
