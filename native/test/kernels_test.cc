// Tests the kernels of inverted bottlenecks, on every kind of processor's code that runs here, against sums
// in double.
#include <algorithm>
#include <cmath>

#include "check.h"
#include "kernels/mbconv.h"

using namespace deeplasia::kernels;

namespace {

// A picture [height][width][channels] in double.
struct Reference {
  int64_t height, width, channels;
  std::vector<double> data;
};

struct Random {
  uint32_t state = 1;
  float operator()() {
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(state >> 8) / (1 << 23) - 1.0f;
  }
};

double silu(double x) { return x / (1 + std::exp(-x)); }

Convolution random_convolution(Random& random, int64_t in, int64_t out, int64_t kernel, int64_t stride = 1,
                               int64_t before = 0, int64_t after = 0) {
  Convolution made{in, out, kernel, stride, before, after, {}, {}};
  made.weight.resize(in * out * kernel * kernel);
  made.bias.resize(out);
  const float scale = 2.0f / std::sqrt(static_cast<float>(in * kernel * kernel));
  for (float& w : made.weight) w = random() * scale;
  for (float& b : made.bias) b = random();
  return made;
}

// A convolution of the definition; a depthwise one has in == 1.
Reference convolve(const Reference& x, const Convolution& by) {
  const int64_t padding = by.before + by.after - by.kernel;
  Reference y{(x.height + padding) / by.stride + 1, (x.width + padding) / by.stride + 1, by.out, {}};
  for (int64_t row = 0; row < y.height; ++row)
    for (int64_t column = 0; column < y.width; ++column)
      for (int64_t o = 0; o < by.out; ++o) {
        double sum = by.bias[o];
        for (int64_t c = 0; c < by.in; ++c)
          for (int64_t ky = 0; ky < by.kernel; ++ky)
            for (int64_t kx = 0; kx < by.kernel; ++kx) {
              const int64_t yy = row * by.stride - by.before + ky, xx = column * by.stride - by.before + kx;
              if (yy < 0 || yy >= x.height || xx < 0 || xx >= x.width) continue;
              const int64_t channel = by.in == x.channels ? c : o;
              sum += x.data[(yy * x.width + xx) * x.channels + channel] *
                     by.weight[((o * by.in + c) * by.kernel + ky) * by.kernel + kx];
            }
        y.data.push_back(sum);
      }
  return y;
}

Reference activated(Reference x) {
  for (double& value : x.data) value = silu(value);
  return x;
}

Reference mean(const Reference& x) {
  Reference y{1, 1, x.channels, std::vector<double>(x.channels)};
  for (size_t i = 0; i < x.data.size(); ++i)
    y.data[i % x.channels] += x.data[i] / static_cast<double>(x.height * x.width);
  return y;
}

Reference expected(const MbConv& shape, const Reference& x) {
  const Reference first = shape.first.kernel > 0 ? activated(convolve(x, shape.first)) : x;
  if (shape.depthwise.kernel == 0) return mean(first);
  Reference wide = activated(convolve(first, shape.depthwise));
  const Reference factor = convolve(activated(convolve(mean(wide), shape.squeeze)), shape.excite);
  for (size_t i = 0; i < wide.data.size(); ++i) wide.data[i] /= 1 + std::exp(-factor.data[i % wide.channels]);
  Reference y = convolve(wide, shape.project);
  for (size_t i = 0; i < y.data.size() && shape.residual; ++i) y.data[i] += x.data[i];
  return y;
}

// Checks a block on a picture; returns its output.
std::vector<float> check(const MbConv& shape, const Code& code, int64_t height, int64_t width,
                         int64_t threads) {
  EXPECT(Block::supports(shape));
  const Block block(shape, code);
  Random random{7};
  const int64_t channels = shape.first.kernel > 0 ? shape.first.in : shape.depthwise.out;
  const auto size = block.output(height, width);
  const int64_t stride = shape.residual ? size.stride : channels;
  Reference x{height, width, channels, {}};
  std::vector<float> input(height * width * stride);
  for (int64_t i = 0; i < height * width; ++i)
    for (int64_t c = 0; c < channels; ++c) {
      input[i * stride + c] = random() * 3;
      x.data.push_back(input[i * stride + c]);
    }
  std::vector<float> workspace(block.workspace(height, width, threads), std::nanf(""));
  std::vector<float> output(size.height * size.width * size.stride, std::nanf(""));
  block.run({input.data(), height, width, stride}, output.data(), workspace.data(), threads,
            [&](int64_t count, const auto& task) {
              for (int64_t i = count; i-- > 0;) task(i, i % threads);
            });
  const Reference y = expected(shape, x);
  EXPECT_EQUAL(size.height, y.height);
  EXPECT_EQUAL(size.width, y.width);
  EXPECT_EQUAL(size.channels, y.channels);
  double worst = 0, largest = 0;
  for (int64_t i = 0; i < y.height * y.width; ++i)
    for (int64_t c = 0; c < y.channels; ++c) {
      const double difference = std::abs(output[i * size.stride + c] - y.data[i * y.channels + c]);
      worst = std::max(worst, std::isnan(difference) ? INFINITY : difference);
      largest = std::max(largest, std::abs(y.data[i * y.channels + c]));
    }
  EXPECT(worst <= 2e-6 * std::max(1.0, largest));
  if (!(worst <= 2e-6 * std::max(1.0, largest)))
    std::fprintf(stderr, "%s: difference %g at values up to %g\n", code.name, worst, largest);
  return output;
}

std::vector<const Code*> codes() {
  std::vector<const Code*> all{&kPlain};
#if defined(__x86_64__)
  for (const Code* code : {&kAvx2, &kAvx512}) {
    if (runs_here(*code))
      all.push_back(code);
    else
      deeplasia::test::skip(std::string("kernels: this processor does not run the code for ") + code->name);
  }
#endif
  return all;
}

struct Case {
  int64_t in, wide, out, kernel, stride, before, after, height, width;
};

MbConv block_of(const Case& of, bool expands = true) {
  Random random;
  MbConv shape;
  if (expands) shape.first = random_convolution(random, of.in, of.wide, 1);
  shape.depthwise = random_convolution(random, 1, of.wide, of.kernel, of.stride, of.before, of.after);
  shape.squeeze = random_convolution(random, of.wide, 5, 1);
  shape.excite = random_convolution(random, 5, of.wide, 1);
  shape.project = random_convolution(random, of.wide, of.out, 1);
  shape.residual = of.in == of.out && of.stride == 1;
  return shape;
}

}  // namespace

TEST(kernels_of_a_bottleneck_are_the_definitions_at_any_size) {
  const Case cases[] = {
      {16, 96, 24, 3, 2, 0, 1, 12, 12},   // as b0's
      {24, 144, 24, 3, 1, 1, 1, 67, 10},  // residual; so many rows that threads share them
      {24, 144, 40, 5, 2, 1, 2, 11, 13},  // odd sizes, padded unequally
      {40, 240, 40, 5, 1, 2, 2, 5,
       35},                           // wider than what is done in one band, fewer rows than the kernel needs
      {7, 42, 7, 3, 1, 1, 1, 6, 9},   // channels of no register's size
      {5, 20, 11, 5, 2, 2, 2, 7, 3},  // narrower than the kernel
      {8, 48, 112, 3, 1, 1, 1, 1, 1},  // one pixel
      {4, 24, 36, 3, 2, 1, 1, 130, 5},
  };
  for (const Code* code : codes())
    for (const Case& of : cases)
      for (const int64_t threads : {1, 3}) check(block_of(of), *code, of.height, of.width, threads);
}

TEST(kernels_take_blocks_without_expansion_and_stems) {
  for (const Code* code : codes()) {
    check(block_of({32, 32, 16, 3, 1, 1, 1, 9, 40}, false), *code, 9, 40, 2);
    check(block_of({20, 20, 20, 5, 1, 2, 2, 9, 7}, false), *code, 9, 7, 1);
    for (const int64_t channels : {1, 3}) {
      Random random;
      MbConv stem = block_of({32, 32, 16, 3, 1, 1, 1, 0, 0}, false);
      stem.residual = false;
      stem.first = random_convolution(random, channels, 32, 3, 2, 0, 1);
      check(stem, *code, 21, 18, 2);
    }
  }
}

TEST(kernels_take_heads) {
  Random random;
  MbConv head;
  head.first = random_convolution(random, 20, 130, 1);
  for (const Code* code : codes()) check(head, *code, 7, 5, 3);
}

TEST(kernels_refuse_what_they_have_no_code_for) {
  MbConv wide = block_of({8, 48, 8, 3, 1, 1, 1, 0, 0});
  wide.depthwise.kernel = 7;
  EXPECT(!Block::supports(wide));
  MbConv strided = block_of({8, 48, 8, 3, 1, 1, 1, 0, 0});
  strided.first.stride = 2;
  EXPECT(!Block::supports(strided));
}
