#include "image/chain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>

#include "image/contrast.h"
#include "image/geometry.h"
#include "image/histogram.h"
#include "image/intensity.h"
#include "image/mask.h"
#include "image/resize.h"
#include "image/sharpen.h"

namespace deeplasia::image {
namespace {

/// Applies the drawn change of contrast to the network's input.
template <class T>
void change_contrast(const Augmentation& drawn, const Plan& plan, float* out) {
  const int64_t count = plan.height * plan.width;
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (drawn.clahe_clip_limit) clahe(out, plan.height, plan.width, *drawn.clahe_clip_limit);
    if (drawn.gamma_percent) gamma_8bit(out, count, *drawn.gamma_percent);
  } else {
    if (drawn.clahe_clip_limit)
      throw runtime::CodedError(
          "ERR_DEEPLASIA_OPTION",
          "CLAHE cannot be applied: it needs 8-bit grey values without histogram equalisation");
    if (drawn.gamma_percent) gamma_float(out, count, *drawn.gamma_percent);
  }
}

/// Resizes a picture so that its longer side fills the input, and puts zeros round it. Halves of a pixel are
/// rounded to even, and an odd zero comes after.
template <class T>
void resize_and_pad(Rows<T>& rows, const Plan& plan, float* out) {
  const auto width = static_cast<double>(rows.width()), height = static_cast<double>(rows.height());
  const double scale =
      std::min(static_cast<double>(plan.width) / width, static_cast<double>(plan.height) / height);
  const auto sized = [&](double side) {
    return std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(side * scale)));
  };
  const int64_t columns = std::min(sized(width), plan.width), lines = std::min(sized(height), plan.height);
  std::vector<float> resized(columns * lines);
  resize(rows, lines, columns, plan.resize, resized.data());
  std::fill(out, out + plan.height * plan.width, 0.0F);
  out += (plan.height - lines) / 2 * plan.width + (plan.width - columns) / 2;
  for (int64_t y = 0; y < lines; ++y)
    std::copy_n(resized.data() + y * columns, columns, out + y * plan.width);
}

/// Applies flip, affine map, sharpening, fit and resize one after the other, as the reference does.
template <class T>
void place(RowsPtr<T> rows, const Plan& plan, float* out) {
  if (plan.flip) rows = mirrored(std::move(rows));
  const Affine map = affine(plan, rows->width(), rows->height());
  if (!is_identity(map)) rows = warped(rows, inverse(map), rows->width(), rows->height());
  if (plan.augmentation && plan.augmentation->sharpening)
    rows = sharpened(std::move(rows), *plan.augmentation->sharpening);
  if (plan.fit == Fit::pad_after_resize) return resize_and_pad(*rows, plan, out);
  const Box box = fit_box(plan.fit, rows->width(), rows->height());
  resize(*window(std::move(rows), box), plan.height, plan.width, plan.resize, out);
}

/// Does the same with one sampling of the picture. It is sharpened before the geometry instead of after it.
template <class T>
void place_in_one_pass(RowsPtr<T> rows, const Plan& plan, float* out) {
  const Affine map = input_to_picture(plan, rows->width(), rows->height());
  if (plan.augmentation->sharpening) rows = sharpened(std::move(rows), *plan.augmentation->sharpening);
  rows = warped(rows, map, plan.width, plan.height);
  for (int64_t y = 0; y < plan.height; ++y, out += plan.width) {
    const T* row = rows->row(y);
    std::copy(row, row + plan.width, out);
  }
}

template <class T>
void finish(RowsPtr<T> rows, const Plan& plan, float* out) {
  if (plan.augmentation && plan.augmentation->one_pass) {
    place_in_one_pass(std::move(rows), plan, out);
  } else {
    place(std::move(rows), plan, out);
  }
  if (plan.augmentation) change_contrast<T>(*plan.augmentation, plan, out);
}

/// Cuts out the part of a box that lies in the picture.
template <class T>
RowsPtr<T> cut_out(RowsPtr<T> rows, const Cut& cut) {
  const Box box{std::max<int64_t>(cut.x, 0), std::max<int64_t>(cut.y, 0),
                std::min(cut.x + cut.width, rows->width()), std::min(cut.y + cut.height, rows->height())};
  if (box.width() <= 0 || box.height() <= 0)
    throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_BLANK",
                              "the box of the hand, x " + std::to_string(cut.x) + ", y " +
                                  std::to_string(cut.y) + ", " + std::to_string(cut.width) + "x" +
                                  std::to_string(cut.height) + " pixels, holds no pixel of the picture");
  return window(std::move(rows), box);
}

/// Matches the histogram, if the plan asks for it, and does the rest of the chain.
template <class T>
void match_and_finish(RowsPtr<T> rows, const Plan& plan, float* out) {
  if (!plan.matching) return finish(std::move(rows), plan, out);
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (plan.matching->truncates) return finish(matched<uint8_t>(*rows, *plan.matching), plan, out);
    return finish(matched<float>(*rows, *plan.matching), plan, out);
  } else {
    throw runtime::CodedError("ERR_DEEPLASIA_OPTION",
                              "histogram matching needs 8-bit pictures: the contract's depth must be 8");
  }
}

/// Runs the chain on pixels of type `Read` up to the mask, and of type `Pixel` from the crop on: returns the
/// picture after the cut or the crop.
template <class Read, class Pixel>
RowsPtr<Pixel> cropped(const RawPicture& picture, const RawPicture* raw_mask, const Plan& plan,
                       Facts& facts) {
  RowsPtr<Read> grey = grey_rows<Read>(picture);
  require_not_blank(*grey);

  RowsPtr<Pixel> rows;
  if (raw_mask == nullptr) {
    rows = converted<Read, Pixel>(std::move(grey));
  } else {
    const Mask mask = read_mask(*raw_mask, picture.width, picture.height);
    facts.mask = mask.facts;
    require_lit(grey, mask);
    facts.percentile = background_percentile(grey, mask, plan.background);
    const double level = std::isnan(facts.percentile) ? 0 : std::nearbyint(facts.percentile);
    rows = converted<Read, Pixel>(masked(std::move(grey), mask, static_cast<Read>(level)));
    if (plan.mask_crop_size > 0 && !plan.cut)
      rows = window(std::move(rows), crop_window(mask.box, plan.mask_crop_size));
  }
  if (plan.cut) rows = cut_out(std::move(rows), *plan.cut);
  return rows;
}

template <class Read, class Pixel>
void run(const RawPicture& picture, const RawPicture* mask, const Plan& plan, float* out, Facts& facts) {
  RowsPtr<Pixel> rows = cropped<Read, Pixel>(picture, mask, plan, facts);
  if (plan.equalize_bins > 0) {
    finish(equalized(*rows, plan.equalize_bins), plan, out);
  } else {
    match_and_finish(std::move(rows), plan, out);
  }
}

/// Returns the smallest and the largest value. Neighbours are compared with others, not with each other, so
/// that several are compared at once.
std::pair<float, float> range(const float* values, int64_t count) {
  constexpr int64_t kLanes = 16;
  std::array<float, kLanes> low, high;
  low.fill(values[0]);
  high.fill(values[0]);
  const auto compare = [&](const float* from, int64_t lanes) {
    for (int64_t lane = 0; lane < lanes; ++lane) {
      low[lane] = std::min(low[lane], from[lane]);
      high[lane] = std::max(high[lane], from[lane]);
    }
  };
  const int64_t whole = count / kLanes * kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) compare(values + i, kLanes);
  compare(values + whole, count - whole);
  return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

}  // namespace

namespace {

/// What is known before the first step. Throws for a 16-bit picture of which 8 bits leave nothing.
Facts facts_of(const RawPicture& picture, const Plan& plan) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const bool any_depth = picture.depth == 16 && plan.depth == Depth::any;
  const bool is_cut = picture.depth == 16 && !any_depth;
  const Facts facts{
      .width = picture.width,
      .height = picture.height,
      .percentile = kNone,
      .min = 0,
      .max = 0,
      .full_scale = any_depth ? 65535.0F : 255.0F,
      .highest = is_cut ? highest_value(picture) : kNone,
      .mask = {.share = kNone, .border = kNone},
  };
  if (facts.highest > 0 && facts.highest < 256)
    throw runtime::CodedError("ERR_DEEPLASIA_IMAGE_BLANK",
                              "the highest value of this 16-bit picture is " +
                                  std::to_string(static_cast<int>(facts.highest)) +
                                  " of 65535: it would be all black when cut to 8 bits");
  return facts;
}

/// Copies a picture whose grey values are whole.
template <class Sample, class Pixel>
Prepared stored(Rows<Pixel>& rows, int depth, const Facts& facts) {
  require_moderate(rows.width(), rows.height(), "the crop");
  Prepared result{std::vector<uint8_t>(rows.width() * rows.height() * sizeof(Sample)), rows.width(),
                  rows.height(), depth, facts};
  std::vector<Sample> line(rows.width());
  for (int64_t y = 0; y < rows.height(); ++y) {
    const Pixel* row = rows.row(y);
    std::transform(row, row + rows.width(), line.begin(),
                   [](Pixel value) { return static_cast<Sample>(value); });
    std::memcpy(result.samples.data() + y * rows.width() * sizeof(Sample), line.data(),
                rows.width() * sizeof(Sample));
  }
  return result;
}

}  // namespace

Facts run_chain(const RawPicture& picture, const RawPicture* mask, const Plan& plan, float* out) {
  Facts facts = facts_of(picture, plan);
  if (picture.depth == 16 && plan.depth == Depth::any) {
    run<uint16_t, float>(picture, mask, plan, out, facts);
  } else {
    run<uint8_t, uint8_t>(picture, mask, plan, out, facts);
  }
  std::tie(facts.min, facts.max) = range(out, plan.height * plan.width);
  return facts;
}

Prepared crop(const RawPicture& picture, const RawPicture* mask, const Plan& plan) {
  Facts facts = facts_of(picture, plan);
  if (picture.depth == 16 && plan.depth == Depth::any) {
    const auto rows = cropped<uint16_t, float>(picture, mask, plan, facts);
    return stored<uint16_t>(*rows, 16, facts);
  }
  const auto rows = cropped<uint8_t, uint8_t>(picture, mask, plan, facts);
  return stored<uint8_t>(*rows, 8, facts);
}

Prepared network_input(const RawPicture& picture, const RawPicture* mask, const Plan& plan) {
  Image<float> input(plan.width, plan.height);
  const Facts facts = run_chain(picture, mask, plan, input.at(0));
  const float* values = input.at(0);
  const bool is_whole = std::all_of(values, values + plan.width * plan.height,
                                    [](float value) { return value == std::nearbyint(value); });
  if (!is_whole)
    throw runtime::CodedError("ERR_DEEPLASIA_OPTION",
                              "the network's input of this picture has fractions of grey levels, which 8 or "
                              "16 bits cannot hold");
  if (facts.full_scale > 255) return stored<uint16_t>(input, 16, facts);
  return stored<uint8_t>(input, 8, facts);
}

}  // namespace deeplasia::image
