#include "image/mask.h"

#include <array>
#include <cmath>
#include <limits>

#include "image/intensity.h"

namespace deeplasia::image {
namespace {

std::string size_text(int64_t width, int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

uint8_t maximum(const uint8_t* from, const uint8_t* to) {
  uint8_t highest = 0;
  for (; from != to; ++from) highest = std::max(highest, *from);
  return highest;
}

uint8_t maximum(Rows<uint8_t>& grey) {
  uint8_t highest = 0;
  for (int64_t y = 0; y < grey.height() && highest < 255; ++y) {
    const uint8_t* row = grey.row(y);
    highest = std::max(highest, maximum(row, row + grey.width()));
  }
  return highest;
}

/// Counts values above the threshold, in pieces whose count fits into a byte: so many are added at once.
int64_t count_lit(const uint8_t* from, const uint8_t* to, uint8_t threshold) {
  constexpr int64_t kPiece = 240;
  int64_t lit = 0;
  for (; from != to; from += std::min(kPiece, to - from)) {
    uint8_t in_piece = 0;
    for (const uint8_t *value = from, *end = from + std::min(kPiece, to - from); value != end; ++value)
      in_piece = static_cast<uint8_t>(in_piece + (*value > threshold ? 1 : 0));
    lit += in_piece;
  }
  return lit;
}

/// Returns the facts of a mask that has lit pixels inside `box` only.
MaskFacts facts(Rows<uint8_t>& grey, uint8_t threshold, const Box& box) {
  const int64_t width = grey.width(), height = grey.height();
  int64_t marked = 0, at_border = 0;
  for (int64_t y = box.top; y < box.bottom; ++y) {
    const uint8_t* row = grey.row(y);
    const int64_t in_row = count_lit(row + box.left, row + box.right, threshold);
    marked += in_row;
    if (y == 0 || y == height - 1)
      at_border += in_row;
    else
      at_border += (row[0] > threshold ? 1 : 0) + (width > 1 && row[width - 1] > threshold ? 1 : 0);
  }
  const int64_t border = width * height - std::max<int64_t>(width - 2, 0) * std::max<int64_t>(height - 2, 0);
  return {
      .share = static_cast<double>(marked) / static_cast<double>(width * height),
      .border = static_cast<double>(at_border) / static_cast<double>(border),
  };
}

/// Returns the bounding box of the pixels above the threshold; there must be at least one. A pixel is looked
/// for only beyond the sides so far, and only where the maximum, which is found for many pixels at once,
/// shows that one is there.
Box bounding_box(Rows<uint8_t>& grey, uint8_t threshold) {
  const auto lit = [threshold](uint8_t value) { return value > threshold; };
  const int64_t width = grey.width();
  Box box{width, grey.height(), 0, 0};
  for (int64_t y = 0; y < grey.height(); ++y) {
    const uint8_t* row = grey.row(y);
    if (!lit(maximum(row, row + width))) continue;
    box.top = std::min(box.top, y);
    box.bottom = y + 1;
    if (lit(maximum(row, row + box.left))) box.left = std::find_if(row, row + box.left, lit) - row;
    if (lit(maximum(row + box.right, row + width))) {
      const auto backwards = std::make_reverse_iterator(row + width);
      box.right = width - (std::find_if(backwards, backwards + (width - box.right), lit) - backwards);
    }
  }
  return box;
}

template <class T>
class MaskedRows final : public Rows<T> {
 public:
  MaskedRows(RowsPtr<T> picture, Mask mask, T level)
      : Rows<T>(picture->width(), picture->height()),
        picture_(std::move(picture)),
        mask_(std::move(mask)),
        level_(level),
        line_(this->width()),
        black_(this->width()) {}

  const T* row(int64_t y) override {
    const Box box = mask_.box;
    if (y < box.top || y >= box.bottom) return black_.data();
    const T* pixels = picture_->row(y);
    const uint8_t* mask = mask_.grey->row(y);
    const uint8_t threshold = mask_.threshold;
    const T level = level_;
    T* line = line_.data();
    for (int64_t x = box.left; x < box.right; ++x) {
      const T keep = static_cast<T>(mask[x] > threshold ? -1 : 0);
      const T pixel = pixels[x] & keep;
      line[x] = static_cast<T>(std::max(pixel, level) - level);
    }
    return line;
  }

 private:
  RowsPtr<T> picture_;
  Mask mask_;
  T level_;
  std::vector<T> line_, black_;
};

/// Counts the pixels of each value above 0 inside the box. There are four tables, so that in a run of one
/// value an increment need not wait for the one before. Most of a masked picture is 0, and runs of it are
/// skipped.
template <class T>
std::vector<uint64_t> histogram(Rows<T>& picture, const Box& box) {
  constexpr size_t kValues = size_t{std::numeric_limits<T>::max()} + 1;
  constexpr int kBits = 8 * sizeof(T), kWord = 64 / kBits;  // pixels that are read at once
  std::vector<std::array<uint32_t, kValues>> tables(4);
  for (int64_t y = box.top; y < box.bottom; ++y) {
    const T* row = picture.row(y);
    int64_t x = box.left;
    for (; x + kWord <= box.right; x += kWord) {
      uint64_t word;
      std::memcpy(&word, row + x, sizeof(word));
      if (word == 0) continue;
      for (int64_t i = 0; i < kWord; ++i, word >>= kBits) ++tables[i % 4][static_cast<T>(word)];
    }
    for (; x < box.right; ++x) ++tables[0][row[x]];
  }
  std::vector<uint64_t> counts(kValues);
  for (const auto& table : tables) {
    for (size_t value = 1; value < kValues; ++value) counts[value] += table[value];
  }
  return counts;
}

}  // namespace

Mask read_mask(const RawPicture& raw, int64_t width, int64_t height) {
  if (raw.width != width || raw.height != height) {
    throw runtime::CodedError("ERR_DEEPLASIA_MASK_SIZE", "the mask has " + size_text(raw.width, raw.height) +
                                                             " pixels and the picture " +
                                                             size_text(width, height) +
                                                             "; the two sizes must be equal");
  }
  RowsPtr<uint8_t> grey = grey_rows<uint8_t>(raw);
  uint8_t highest = maximum(*grey);
  if (highest == 0 && raw.depth == 16) {
    grey = converted<uint16_t, uint8_t>(grey_rows<uint16_t>(raw));
    highest = maximum(*grey);
  }
  if (highest == 0)
    throw runtime::CodedError("ERR_DEEPLASIA_MASK_EMPTY", "the mask is all black: it marks no hand");
  const auto threshold = static_cast<uint8_t>(highest / 2);
  const Box box = bounding_box(*grey, threshold);
  const MaskFacts seen = facts(*grey, threshold, box);
  return {std::move(grey), threshold, box, seen};
}

template <class T>
void require_lit(const RowsPtr<T>& picture, const Mask& mask) {
  MaskedRows<T> lit(picture, mask, 0);
  for (int64_t y = mask.box.top; y < mask.box.bottom; ++y) {
    const T* row = lit.row(y);
    if (std::any_of(row, row + lit.width(), [](T pixel) { return pixel > 0; })) return;
  }
  throw runtime::CodedError("ERR_DEEPLASIA_MASK_EMPTY",
                            "the picture is black wherever the mask marks the hand");
}

template <class T>
double background_percentile(const RowsPtr<T>& picture, const Mask& mask, Background background) {
  if (background == Background::none) return std::numeric_limits<double>::quiet_NaN();
  MaskedRows<T> lit(picture, mask, 0);
  const std::vector<uint64_t> counts = histogram(lit, mask.box);
  if (background == Background::percentile) return first_percentile(counts);
  // The reference's training takes the percentile, over all pixels, of the bitwise AND of the picture and a
  // mask of 0 and 1.
  uint64_t odd = 0;
  for (size_t value = 1; value < counts.size(); value += 2) odd += counts[value];
  return first_percentile({static_cast<uint64_t>(picture->width() * picture->height()) - odd, odd});
}

template <class T>
RowsPtr<T> masked(RowsPtr<T> picture, Mask mask, T level) {
  return std::make_shared<MaskedRows<T>>(std::move(picture), std::move(mask), level);
}

Box crop_window(const Box& box, double factor) {
  const int64_t longer = std::max(box.width(), box.height());
  // The cap keeps the conversion defined; window() rejects windows of that size.
  const double side = std::min(std::nearbyint(static_cast<double>(longer) * factor), 1e9);
  const int64_t half = static_cast<int64_t>(side) / 2;
  if (half == 0) {
    throw runtime::CodedError(
        "ERR_DEEPLASIA_MASK_EMPTY",
        "the crop around the mask's " + size_text(box.width(), box.height()) + " pixels would be empty");
  }
  const int64_t x = box.left + box.width() / 2, y = box.top + box.height() / 2;
  return {x - half, y - half, x + half, y + half};
}

template void require_lit<uint8_t>(const RowsPtr<uint8_t>&, const Mask&);
template void require_lit<uint16_t>(const RowsPtr<uint16_t>&, const Mask&);
template double background_percentile<uint8_t>(const RowsPtr<uint8_t>&, const Mask&, Background);
template double background_percentile<uint16_t>(const RowsPtr<uint16_t>&, const Mask&, Background);
template RowsPtr<uint8_t> masked<uint8_t>(RowsPtr<uint8_t>, Mask, uint8_t);
template RowsPtr<uint16_t> masked<uint16_t>(RowsPtr<uint16_t>, Mask, uint16_t);

}  // namespace deeplasia::image
