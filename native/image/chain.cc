#include "chain.h"

#include <cmath>
#include <limits>

#include "geometry.h"
#include "intensity.h"
#include "mask.h"
#include "resize.h"

namespace deeplasia::image {
namespace {

/// Flip, rotation, fit and resize.
template <class T>
void place(RowsPtr<T> rows, const Plan& plan, float* out) {
  if (plan.flip) rows = mirrored(std::move(rows));
  const Affine turn = rotation(plan.rotation_angle, rows->width(), rows->height());
  if (!is_identity(turn)) rows = warped(rows, turn);
  const Box box = fit_box(plan.fit, rows->width(), rows->height());
  resize(*window(std::move(rows), box), plan.height, plan.width, plan.resize, out);
}

/// Reads the picture as `Read`; its pixels are `Pixel` from the crop on.
template <class Read, class Pixel>
void run(const RawPicture& picture, const RawPicture* raw_mask, const Plan& plan, float* out, Facts& facts) {
  RowsPtr<Read> grey = grey_rows<Read>(picture);
  require_not_blank(*grey);

  RowsPtr<Pixel> rows;
  if (raw_mask == nullptr) {
    rows = converted<Read, Pixel>(std::move(grey));
  } else {
    const Mask mask = read_mask(*raw_mask, picture.width, picture.height);
    require_lit(grey, mask);
    facts.percentile = background_percentile(grey, mask, plan.background);
    const double level = std::isnan(facts.percentile) ? 0 : std::nearbyint(facts.percentile);
    rows = converted<Read, Pixel>(masked(std::move(grey), mask, static_cast<Read>(level)));
    if (plan.mask_crop_size > 0) rows = window(std::move(rows), crop_window(mask.box, plan.mask_crop_size));
  }

  if (plan.equalize_bins > 0) {
    place(equalized(*rows, plan.equalize_bins), plan, out);
  } else {
    place(std::move(rows), plan, out);
  }
}

}  // namespace

Facts run_chain(const RawPicture& picture, const RawPicture* mask, const Plan& plan, float* out) {
  const bool any_depth = picture.depth == 16 && plan.depth == Depth::any;
  Facts facts{picture.width,
              picture.height,
              std::numeric_limits<double>::quiet_NaN(),
              0,
              0,
              any_depth ? 65535.0F : 255.0F};
  if (any_depth) {
    run<uint16_t, float>(picture, mask, plan, out, facts);
  } else {
    run<uint8_t, uint8_t>(picture, mask, plan, out, facts);
  }
  facts.min = facts.max = out[0];
  for (const float *value = out, *end = out + plan.height * plan.width; value != end; ++value) {
    facts.min = std::min(facts.min, *value);
    facts.max = std::max(facts.max, *value);
  }
  return facts;
}

}  // namespace deeplasia::image
