#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace deeplasia::image {

/// A decoded picture: row-major, interleaved, `width * height * channels` samples of `depth` bits (16-bit
/// ones in the machine's byte order, at any alignment). Borrowed, never copied as a whole.
struct RawPicture {
  const uint8_t* data;
  int64_t width, height;
  int channels;   // 1 or 3 (R, G, B)
  int depth;      // 8 or 16
  bool png_luma;  // formula for grey of three channels: libpng's, else cvtColor's
};

enum class Depth { any, eight_bit };
enum class Background { percentile, none, reference_training };
// pad_after_resize: the longer side becomes the input's, then zeros are put round the picture; pad does it
// the other way round.
enum class Fit { centre_square, stretch, pad, pad_after_resize };
enum class Resize { linear, area };

/// The augmentation that was drawn for one picture in training, beside flip and rotation. At most one of
/// CLAHE and gamma is set.
struct Augmentation {
  bool one_pass;  // all geometry in one sampling of the picture, instead of the reference's separate steps
  double scale_x, scale_y;          // above 1: the hand becomes larger
  double translate_x, translate_y;  // fractions of width and height
  double shear_x, shear_y;          // degrees
  struct Sharpening {
    double alpha;      // share of the sharpened picture
    double lightness;  // added to the kernel's middle
  };
  std::optional<Sharpening> sharpening;
  std::optional<double> clahe_clip_limit;  // multiple of a flat histogram's height
  std::optional<double> gamma_percent;
};

/// A box that is cut out of the picture, pixels. What lies beyond an edge falls away.
struct Cut {
  int64_t x, y, width, height;
};

/// What a picture's histogram is matched to: how often each grey level occurs in the reference.
struct Matching {
  std::array<double, 256> counts;
  bool truncates;  // matched levels are cut to whole ones, and the picture stays an 8-bit one
};

/// The processing of one picture. The caller sets and validates all fields; native code has no defaults.
struct Plan {
  int64_t height, width;  // of the network's input, pixels
  Depth depth;  // any: 16-bit values are kept and processed as float32; eight_bit: value >> 8 on reading
  Background background;  // what is subtracted under a mask
  double mask_crop_size;  // side of the square around the mask in multiples of its longer side; <= 0: no crop
  int equalize_bins;      // 0: no histogram equalisation
  bool flip;
  double rotation_angle;  // degrees, positive turns clockwise on the screen
  Fit fit;
  Resize resize;
  std::optional<Augmentation> augmentation = std::nullopt;  // in training only
  std::optional<Cut> cut = std::nullopt;                    // in place of the crop round the mask
  std::optional<Matching> matching = std::nullopt;          // 8-bit pictures only; after the cut
};

/// How much of a picture its mask marks: shares from 0 to 1, NaN without a mask.
struct MaskFacts {
  double share;   // of all pixels
  double border;  // of the pixels at the four borders
};

/// What the chain measured in a picture.
struct Facts {
  int64_t width, height;  // of the picture, pixels
  double percentile;      // 1st percentile before rounding, NaN if none was taken
  float min, max;         // of the resized picture; if equal, it is constant and must not be normalised
  float full_scale;       // value of white as the picture was read: 255 or 65535
  double highest;         // largest value of a 16-bit picture that is cut to 8 bits; else NaN
  MaskFacts mask;
};

}  // namespace deeplasia::image
