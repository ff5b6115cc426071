#pragma once

#include "image/rows.h"

namespace deeplasia::image {

/// Changes the grey levels of a picture so that its histogram becomes like the reference's, as scikit-image's
/// match_histograms does, in double and in its order of operations: truncation depends on the last bits.
/// T = float keeps the fractions of the levels, T = uint8_t cuts them off.
template <class T>
RowsPtr<T> matched(Rows<uint8_t>& source, const Matching& matching);

}  // namespace deeplasia::image
