#pragma once

#include "phantom/hand.h"
#include "phantom/outline.h"

// The shape of a bone at its age: turns proportions and growth into the parameters of its outline.
namespace deeplasia::phantom {

inline bool is_knuckle(size_t segment, size_t ray) { return segment == kMetacarpal && ray > 0; }
/// Returns whether the centre is the head of a metacarpal, not a base and not in the forearm.
inline bool is_metacarpal_head(size_t centre) {
  return centre > epiphysis(kMetacarpal, 0) && centre < epiphysis(kProximal, 0);
}

/// Returns the form of a shaft. `fusion`: closed share of its growth plate. The end at a closing plate is
/// wider, so that no step is left.
ShaftForm shaft_form(size_t segment, size_t ray, const Shaft& shaft, double boy_months, double fusion,
                     Random& random);

/// Returns the form of an epiphysis. `growth`: 0 to 1 (Maturity::growth). `metaphysis`: width of the shaft's
/// end, H. `scale`: factor on the height in the table. `room`: largest allowed height, H.
EpiphysisForm epiphysis_form(size_t centre, double growth, double metaphysis, double scale, double room,
                             Random& random);

/// Returns a carpal's outline around its centre, in shares of the carpus' length, with y towards the forearm.
/// `share`: its diameter as a share of the adult's.
std::vector<Point> carpal_points(const CarpalTable& table, double share, Random& random);

}  // namespace deeplasia::phantom
