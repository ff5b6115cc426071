// Tests the unfiltering of PNG rows. Whole files are compared with sharp's reading of them in
// test/unit/image.
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "png/unfilter.h"

using namespace deeplasia::png;

namespace {

/// Rows with their filters, and where they are unfiltered to.
struct Rows {
  size_t row_bytes, pixel_bytes;
  int count;
  std::vector<uint8_t> filtered, above, out;

  Rows(size_t row_bytes, size_t pixel_bytes, int count)
      : row_bytes(row_bytes),
        pixel_bytes(pixel_bytes),
        count(count),
        filtered(2 * kSlack + static_cast<size_t>(count) * (row_bytes + 1)),
        above(2 * kSlack + row_bytes),
        out(kGroupRows * stride()) {}

  size_t stride() const { return row_bytes + 2 * kSlack; }
  uint8_t* row(int k) { return filtered.data() + kSlack + static_cast<size_t>(k) * (row_bytes + 1); }

  template <class Unfilter>
  std::vector<uint8_t> run(Unfilter unfilter) {
    unfilter(Group{filtered.data() + kSlack, count, row_bytes, pixel_bytes, above.data() + kSlack,
                   out.data() + kSlack, stride()});
    std::vector<uint8_t> result;
    for (int k = 0; k < count; ++k) {
      const auto first = out.begin() + static_cast<ptrdiff_t>(kSlack + static_cast<size_t>(k) * stride());
      result.insert(result.end(), first, first + static_cast<ptrdiff_t>(row_bytes));
    }
    return result;
  }
};

Rows random_rows(std::mt19937& random) {
  const auto below = [&](uint32_t limit) { return random() % limit; };
  Rows rows(1 + below(90), 1 + below(3), 1 + static_cast<int>(below(kGroupRows)));
  const bool is_uniform = below(3) == 0;
  for (uint8_t& byte : rows.filtered) byte = static_cast<uint8_t>(below(4) == 0 ? random() : below(3) - 1);
  for (size_t x = 0; x < rows.row_bytes; ++x) rows.above[kSlack + x] = static_cast<uint8_t>(random());
  for (int k = 0; k < rows.count; ++k)
    *rows.row(k) = static_cast<uint8_t>(is_uniform ? uint32_t{kPaeth} : below(kFilters));
  return rows;
}

}  // namespace

TEST(each_png_filter_adds_its_neighbours) {
  const auto unfiltered = [](uint8_t filter) {
    Rows rows(3, 1, 1);
    for (size_t x = 0; x < 3; ++x) {
      rows.above[kSlack + x] = static_cast<uint8_t>(10 + 20 * x);  // 10, 30, 50
      rows.row(0)[1 + x] = 250;
    }
    *rows.row(0) = filter;
    std::string text;
    for (const uint8_t value : rows.run(unfilter_scalar)) text += std::to_string(value) + " ";
    return text;
  };
  EXPECT_EQUAL(unfiltered(kNone), "250 250 250 ");
  EXPECT_EQUAL(unfiltered(kSub), "250 244 238 ");
  EXPECT_EQUAL(unfiltered(kUp), "4 24 44 ");
  EXPECT_EQUAL(unfiltered(kAverage),
               "255 136 87 ");                   // 250 + 10 / 2, 250 + (255 + 30) / 2, 250 + (136 + 50) / 2
  EXPECT_EQUAL(unfiltered(kPaeth), "4 24 44 ");  // nearest to 0 + 10 - 0, 4 + 30 - 10, 24 + 50 - 30: above
}

TEST(png_rows_are_the_same_with_avx2) {
  if (!has_avx2()) return;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    Rows rows = random_rows(random);
    const bool are_equal = rows.run(unfilter_scalar) == rows.run(unfilter_avx2);
    EXPECT(are_equal);
  }
}
