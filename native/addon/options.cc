#include "addon/options.h"

#include <torch/script.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "addon/values.h"
#include "runtime/device.h"

namespace deeplasia::addon {
namespace {

std::optional<image::Augmentation> augmentation(const Napi::Object& plan) {
  const auto object = object_or_null(plan, "augmentation");
  if (!object) return std::nullopt;
  image::Augmentation drawn{
      .one_pass = boolean(*object, "onePass"),
      .scale_x = number(*object, "scaleX"),
      .scale_y = number(*object, "scaleY"),
      .translate_x = number(*object, "translateX"),
      .translate_y = number(*object, "translateY"),
      .shear_x = number(*object, "shearX"),
      .shear_y = number(*object, "shearY"),
      .sharpening = {},
      .clahe_clip_limit = number_or_null(*object, "claheClipLimit"),
      .gamma_percent = number_or_null(*object, "gammaPercent"),
  };
  if (const auto how = object_or_null(*object, "sharpening"))
    drawn.sharpening = {.alpha = number(*how, "alpha"), .lightness = number(*how, "lightness")};
  return drawn;
}

std::optional<image::Cut> cut(const Napi::Object& plan) {
  const auto object = object_or_null(plan, "cut");
  if (!object) return std::nullopt;
  return image::Cut{.x = integer(*object, "x"),
                    .y = integer(*object, "y"),
                    .width = integer(*object, "width"),
                    .height = integer(*object, "height")};
}

std::optional<image::Matching> matching(const Napi::Object& plan) {
  const auto object = object_or_null(plan, "matching");
  if (!object) return std::nullopt;
  const std::vector<double> counts = numbers(*object, "counts");
  image::Matching how{.counts = {}, .truncates = boolean(*object, "truncates")};
  const bool any = std::any_of(counts.begin(), counts.end(), [](double count) { return count > 0; });
  if (counts.size() != how.counts.size() || !any)
    mistyped(plan.Env(), "matching.counts", "256 counts, not all of them 0");
  std::copy(counts.begin(), counts.end(), how.counts.begin());
  return how;
}

std::optional<inference::SexPlane> sex_plane(const Napi::Object& options) {
  const auto object = object_or_null(options, "sexPlane");
  if (!object) return std::nullopt;
  return inference::SexPlane{.index = integer(*object, "index"),
                             .zero = static_cast<float>(number(*object, "zero")),
                             .one = static_cast<float>(number(*object, "one"))};
}

std::optional<inference::AgeBins> age_bins(const Napi::Object& options) {
  const auto object = object_or_null(options, "ageBins");
  if (!object) return std::nullopt;
  return inference::AgeBins{.first = number(*object, "first"),
                            .step = number(*object, "step"),
                            .count = integer(*object, "count"),
                            .combines_logits = boolean(*object, "combinesLogits")};
}

training::OptimizerOptions optimizer(const Napi::Object& object) {
  using Kind = training::OptimizerOptions::Kind;
  const std::vector<double> betas = numbers(object, "betas");
  if (betas.size() != 2) mistyped(object.Env(), "betas", "two numbers");
  return {
      .kind = choice<Kind>(
          object, "optimizer",
          {{"adam", Kind::adam}, {"adamw", Kind::adamw}, {"sgd", Kind::sgd}, {"rmsprop", Kind::rmsprop}}),
      .weight_decay = number(object, "weightDecay"),
      .beta1 = betas[0],
      .beta2 = betas[1],
      .amsgrad = boolean(object, "amsgrad"),
      .eps = number(object, "eps"),
      .momentum = number(object, "momentum"),
      .dampening = number(object, "dampening"),
      .nesterov = boolean(object, "nesterov"),
      .alpha = number(object, "alpha"),
      .centered = boolean(object, "centered"),
  };
}

training::Clipping clipping(const Napi::Object& object) {
  using training::Clipping;
  const auto how = object_or_null(object, "clipping");
  if (!how) return {.kind = Clipping::Kind::none, .limit = 0};
  return {
      .kind = choice<Clipping::Kind>(*how, "by",
                                     {{"norm", Clipping::Kind::norm}, {"value", Clipping::Kind::value}}),
      .limit = number(*how, "limit"),
  };
}

}  // namespace

image::RawPicture picture(const Napi::Object& object) {
  const Napi::Value data = object.Get("data");
  if (!data.IsTypedArray() || data.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    mistyped(object.Env(), "picture.data", "a Uint8Array");
  const auto bytes = data.As<Napi::Uint8Array>();
  const image::RawPicture raw{
      .data = bytes.Data(),
      .width = integer(object, "width"),
      .height = integer(object, "height"),
      .channels = static_cast<int>(integer(object, "channels")),
      .depth = static_cast<int>(integer(object, "depth")),
      .png_luma = text(object, "luma") == "png",
  };
  constexpr int64_t kMaxSide = 1 << 20;
  const bool sane = raw.width > 0 && raw.height > 0 && raw.width <= kMaxSide && raw.height <= kMaxSide &&
                    (raw.channels == 1 || raw.channels == 3) && (raw.depth == 8 || raw.depth == 16);
  if (!sane ||
      static_cast<int64_t>(bytes.ByteLength()) != raw.width * raw.height * raw.channels * raw.depth / 8)
    mistyped(object.Env(), "picture.data", "width * height * channels * depth / 8 bytes long");
  return raw;
}

image::Plan plan(const Napi::Object& object) {
  using namespace image;
  return {
      .height = integer(object, "height"),
      .width = integer(object, "width"),
      .depth = choice<Depth>(object, "depth", {{"any", Depth::any}, {"8bit", Depth::eight_bit}}),
      .background = choice<Background>(object, "background",
                                       {{"percentile", Background::percentile},
                                        {"none", Background::none},
                                        {"reference-training", Background::reference_training}}),
      .mask_crop_size = number(object, "maskCropSize"),
      .equalize_bins = static_cast<int>(integer(object, "equalizeBins")),
      .flip = boolean(object, "flip"),
      .rotation_angle = number(object, "rotationAngle"),
      .fit = choice<Fit>(object, "fit",
                         {{"centre-square", Fit::centre_square},
                          {"stretch", Fit::stretch},
                          {"pad", Fit::pad},
                          {"pad-after-resize", Fit::pad_after_resize}}),
      .resize = choice<Resize>(object, "resize", {{"linear", Resize::linear}, {"area", Resize::area}}),
      .augmentation = augmentation(object),
      .cut = cut(object),
      .matching = matching(object),
  };
}

inference::Normalisation normalisation(const Napi::Object& object) {
  using Method = inference::Normalisation::Method;
  inference::Normalisation how{
      .method = choice<Method>(object, "method",
                               {{"zscore", Method::zscore},
                                {"interval", Method::interval},
                                {"none", Method::none},
                                {"fixed", Method::fixed}}),
      .mean = numbers(object, "mean"),
      .sd = numbers(object, "sd"),
  };
  if (how.mean.size() != how.sd.size()) mistyped(object.Env(), "sd", "as long as mean");
  return how;
}

runtime::Precision precision(const Napi::Object& object) {
  using runtime::Precision;
  return choice<Precision>(
      object, "precision",
      {{"32", Precision::float32}, {"16", Precision::float16}, {"bf16", Precision::bfloat16}});
}

archive::Trust trust(const Napi::Object& object) {
  return boolean(object, "trust") ? archive::Trust::yes : archive::Trust::no;
}

inference::LoadOptions load_options(const Napi::Object& object) {
  return {
      .device = runtime::parse_device(text(object, "device")),
      .threads = static_cast<int>(integer(object, "threads")),
      .precision = precision(object),
      .optimize = boolean(object, "optimize"),
      .trust = trust(object),
      .weights_digest = text(object, "weightsDigest"),
      .sex_plane = sex_plane(object),
      .age_bins = age_bins(object),
  };
}

training::TrainerOptions trainer_options(const Napi::Object& object) {
  return {
      .device = runtime::parse_device(text(object, "device")),
      .threads = static_cast<int>(integer(object, "threads")),
      .precision = precision(object),
      .seed = static_cast<uint64_t>(integer(object, "seed")),
      .optimizer = optimizer(object),
      .clipping = clipping(object),
      .accumulation = 1,  // every step sets it
      .ema_decay = number_or_null(object, "emaDecay"),
      .age_weight = number(object, "ageSigma"),
      .sex_weight = number(object, "sexSigma"),
      .drop_connect = number_or_null(object, "dropConnect"),
      .frozen = texts(object, "freeze"),
      .sex_plane = sex_plane(object),
      .age_bins = age_bins(object),
  };
}

at::Tensor pictures(const Napi::Object& object) {
  const Napi::Value data = object.Get("data");
  if (!is_float_array(data)) mistyped(object.Env(), "data", "a Float32Array");
  const auto array = data.As<Napi::Float32Array>();
  const std::vector<double> sides = numbers(object, "shape");
  std::vector<int64_t> shape;
  int64_t product = 1;
  constexpr double kMaxSide = 1 << 20;
  for (const double side : sides) {
    if (!(side >= 1 && side <= kMaxSide)) mistyped(object.Env(), "shape", "four positive integers");
    shape.push_back(static_cast<int64_t>(side));
    product *= shape.back();
    if (product > static_cast<int64_t>(array.ElementLength())) break;  // before it can overflow
  }
  if (sides.size() != 4 || product != static_cast<int64_t>(array.ElementLength()))
    mistyped(object.Env(), "data", "B * C * H * W values");
  return at::from_blob(const_cast<float*>(array.Data()), shape, at::kFloat).clone();
}

}  // namespace deeplasia::addon
