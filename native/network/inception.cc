#include "network/inception.h"

#include "network/blocks.h"

namespace deeplasia::network {
namespace {

constexpr double kInceptionEps = 1e-3;

// One convolution of a mixed block: its name and its source (`x`, the block's input; `pool`; or an earlier
// convolution).
struct Row {
  const char* name;
  const char* source;
  int64_t out;
  int64_t height, width;  // of the kernel
  int64_t stride = 1;     // 1: padded to keep the size; 2: not padded
};

struct Mixed {
  std::vector<Row> rows;
  const char* pool;                  // `pool` as an expression of x
  std::vector<std::string> outputs;  // concatenated
};

constexpr const char* kAveragePool = "torch.avg_pool2d(x, [3, 3], [1, 1], [1, 1])";
constexpr const char* kMaxPool = "torch.max_pool2d(x, [3, 3], [2, 2])";

Mixed mixed_a(int64_t pooled) {
  return {{{"branch1x1", "x", 64, 1, 1},
           {"branch5x5_1", "x", 48, 1, 1},
           {"branch5x5_2", "branch5x5_1", 64, 5, 5},
           {"branch3x3dbl_1", "x", 64, 1, 1},
           {"branch3x3dbl_2", "branch3x3dbl_1", 96, 3, 3},
           {"branch3x3dbl_3", "branch3x3dbl_2", 96, 3, 3},
           {"branch_pool", "pool", pooled, 1, 1}},
          kAveragePool,
          {"branch1x1", "branch5x5_2", "branch3x3dbl_3", "branch_pool"}};
}

Mixed mixed_b() {
  return {{{"branch3x3", "x", 384, 3, 3, 2},
           {"branch3x3dbl_1", "x", 64, 1, 1},
           {"branch3x3dbl_2", "branch3x3dbl_1", 96, 3, 3},
           {"branch3x3dbl_3", "branch3x3dbl_2", 96, 3, 3, 2}},
          kMaxPool,
          {"branch3x3", "branch3x3dbl_3", "pool"}};
}

Mixed mixed_c(int64_t narrow) {
  return {{{"branch1x1", "x", 192, 1, 1},
           {"branch7x7_1", "x", narrow, 1, 1},
           {"branch7x7_2", "branch7x7_1", narrow, 1, 7},
           {"branch7x7_3", "branch7x7_2", 192, 7, 1},
           {"branch7x7dbl_1", "x", narrow, 1, 1},
           {"branch7x7dbl_2", "branch7x7dbl_1", narrow, 7, 1},
           {"branch7x7dbl_3", "branch7x7dbl_2", narrow, 1, 7},
           {"branch7x7dbl_4", "branch7x7dbl_3", narrow, 7, 1},
           {"branch7x7dbl_5", "branch7x7dbl_4", 192, 1, 7},
           {"branch_pool", "pool", 192, 1, 1}},
          kAveragePool,
          {"branch1x1", "branch7x7_3", "branch7x7dbl_5", "branch_pool"}};
}

Mixed mixed_d() {
  return {{{"branch3x3_1", "x", 192, 1, 1},
           {"branch3x3_2", "branch3x3_1", 320, 3, 3, 2},
           {"branch7x7x3_1", "x", 192, 1, 1},
           {"branch7x7x3_2", "branch7x7x3_1", 192, 1, 7},
           {"branch7x7x3_3", "branch7x7x3_2", 192, 7, 1},
           {"branch7x7x3_4", "branch7x7x3_3", 192, 3, 3, 2}},
          kMaxPool,
          {"branch3x3_2", "branch7x7x3_4", "pool"}};
}

Mixed mixed_e() {
  return {{{"branch1x1", "x", 320, 1, 1},
           {"branch3x3_1", "x", 384, 1, 1},
           {"branch3x3_2a", "branch3x3_1", 384, 1, 3},
           {"branch3x3_2b", "branch3x3_1", 384, 3, 1},
           {"branch3x3dbl_1", "x", 448, 1, 1},
           {"branch3x3dbl_2", "branch3x3dbl_1", 384, 3, 3},
           {"branch3x3dbl_3a", "branch3x3dbl_2", 384, 1, 3},
           {"branch3x3dbl_3b", "branch3x3dbl_2", 384, 3, 1},
           {"branch_pool", "pool", 192, 1, 1}},
          kAveragePool,
          {"branch1x1", "branch3x3_2a", "branch3x3_2b", "branch3x3dbl_3a", "branch3x3dbl_3b", "branch_pool"}};
}

class Builder {
 public:
  Builder(Author& author, double momentum) : author_(author), momentum_(momentum) {
    parts_.methods = "def forward(self, x: Tensor) -> Tensor:\n";
  }

  void layer(const Module& module) {
    const std::string index = std::to_string(count_++);
    parts_.children.emplace_back(index, module);
    parts_.methods += "    x = getattr(self, \"" + index + "\").forward(x)\n";
  }

  // A pool has no tensors, but takes an index.
  void pool() {
    ++count_;
    parts_.methods += std::string("    x = ") + kMaxPool + "\n";
  }

  void stem(int64_t out) {
    layer(convolution(author_, {1, out, {3, 3}, 2, 1, /*bias=*/true}));
    layer(batch_norm(author_, out, kInceptionEps, momentum_));
    channels_ = out;
  }

  void plain(int64_t out, int64_t kernel, int64_t padding) {
    layer(unit({channels_, out, {kernel, kernel}}, {padding, padding}));
    channels_ = out;
  }

  void mixed(const Mixed& block) {
    std::map<std::string, int64_t> channels{{"x", channels_}, {"pool", channels_}};
    Parts parts;
    parts.methods = std::string("def forward(self, x: Tensor) -> Tensor:\n    pool = ") + block.pool + "\n";
    for (const Row& row : block.rows) {
      const std::array<int64_t, 2> padding =
          row.stride == 1 ? std::array{row.height / 2, row.width / 2} : std::array<int64_t, 2>{0, 0};
      const Convolution shape{channels.at(row.source), row.out, {row.height, row.width}, row.stride};
      parts.children.emplace_back(row.name, unit(shape, padding));
      parts.methods +=
          std::string("    ") + row.name + " = self." + row.name + ".forward(" + row.source + ")\n";
      channels[row.name] = row.out;
    }
    channels_ = 0;
    std::string outputs;
    for (const std::string& name : block.outputs) {
      channels_ += channels.at(name);
      outputs += name + ", ";
    }
    parts.methods += "    return torch.cat([" + outputs + "], 1)\n";
    layer(author_.module("Mixed", parts));
  }

  Backbone finish() {
    parts_.methods += "    return torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1)\n";
    return {author_.module("Inception", parts_), "features", channels_};
  }

 private:
  // Makes a unit of convolution, batch norm and ReLU.
  Module unit(const Convolution& shape, std::array<int64_t, 2> padding) {
    Parts parts;
    parts.children = {{"conv", convolution(author_, shape, padding)},
                      {"bn", batch_norm(author_, shape.out, kInceptionEps, momentum_)}};
    parts.methods = R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.relu(self.bn.forward(self.conv.forward(x)))
)";
    return author_.module("BasicConv2d", parts);
  }

  Author& author_;
  double momentum_;
  Parts parts_;
  int64_t count_ = 0;     // index of the next layer
  int64_t channels_ = 1;  // output of the last layer
};

}  // namespace

Backbone inception(Author& author, const NetworkConfig& config) {
  Builder builder(author, config.inception_momentum);
  builder.stem(32);
  builder.plain(32, 3, 0);
  builder.plain(64, 3, 1);
  builder.pool();
  builder.plain(80, 1, 0);
  builder.plain(192, 3, 0);
  builder.pool();
  for (const int64_t pooled : {32, 64, 64}) builder.mixed(mixed_a(pooled));
  builder.mixed(mixed_b());
  for (const int64_t narrow : {128, 160, 160, 192}) builder.mixed(mixed_c(narrow));
  builder.mixed(mixed_d());
  builder.mixed(mixed_e());
  builder.mixed(mixed_e());
  return builder.finish();
}

}  // namespace deeplasia::network
