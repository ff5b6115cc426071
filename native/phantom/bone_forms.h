#pragma once

#include "phantom/hand.h"
#include "phantom/outline.h"

// What a bone looks like at its age: from proportions and growth to the parameters of its outline.
namespace deeplasia::phantom {

inline bool is_knuckle(size_t segment, size_t ray) { return segment == kMetacarpal && ray > 0; }
/// Whether the centre is the head of a metacarpal rather than a base or the forearm.
inline bool is_metacarpal_head(size_t centre) {
  return centre > epiphysis(kMetacarpal, 0) && centre < epiphysis(kProximal, 0);
}

/// `fusion`: of its growth plate; a closing end is wider, so that no step is left.
ShaftForm shaft_form(size_t segment, size_t ray, const Shaft& shaft, double boy_months, double fusion,
                     Random& random);

/// `growth`: 0 to 1 (Maturity::growth); `metaphysis`: width of the shaft's end, H; `scale`: of its height
/// against the table; `room`: what its height must not exceed, H.
EpiphysisForm epiphysis_form(size_t centre, double growth, double metaphysis, double scale, double room,
                             Random& random);

/// A carpal's outline round its centre, as share of the carpus' length, y to the forearm. `share`: its
/// diameter as a share of the adult's.
std::vector<Point> carpal_points(const CarpalTable& table, double share, Random& random);

}  // namespace deeplasia::phantom
