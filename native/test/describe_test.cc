// Tests checkpoints as JSON: the content of the file, in its order, with every tensor numbered.
#include "checkpoint/describe.h"

#include <limits>

#include "check.h"
#include "checkpoint/json.h"
#include "checkpoints.h"

using namespace deeplasia::test;

namespace {

constexpr size_t kEnough = 1 << 20;

std::shared_ptr<Dict> dict(std::vector<std::pair<Value, Value>> items) {
  auto made = std::make_shared<Dict>();
  made->items = std::move(items);
  return made;
}

std::shared_ptr<Sequence> sequence(std::vector<Value> items) {
  auto made = std::make_shared<Sequence>();
  made->items = std::move(items);
  return made;
}

std::shared_ptr<Tensor> tensor(std::vector<int64_t> shape) {
  auto storage = std::make_shared<Storage>();
  storage->byte_count = 64;
  storage->bytes = bytes_of(std::string(64, '\0'));
  return std::make_shared<Tensor>(row_major(dtype_named("float32"), std::move(shape), storage));
}

}  // namespace

TEST(a_description_contains_every_kind_of_value) {
  const auto weight = tensor({2, 3});
  const double infinity = std::numeric_limits<double>::infinity();
  const Value root{dict({
      {Value::of_text("a \"b\"\n"), {weight}},
      {Value::of_text("list"), {sequence({{int64_t{-7}}, {true}, {None{}}, {0.1}, {-infinity}, {weight}})}},
      {{int64_t{3}}, {sequence({})}},
      {Value::of_text("type"), {dtype_named("bfloat16")}},
      {Value::of_text("bytes"), {bytes_of("xyz")}},
      {Value::of_text("none"), {dict({})}},
  })};
  const Description description = describe(root, kEnough);
  EXPECT_EQUAL(
      description.json,
      "{\"a \\\"b\\\"\\u000a\":{\"$tensor\":0,\"dtype\":\"float32\",\"shape\":[2,3]},"
      "\"list\":[-7,true,null,0.1,\"-Infinity\",{\"$tensor\":1,\"dtype\":\"float32\",\"shape\":[2,3]}],"
      "\"3\":[],\"type\":{\"$name\":\"torch.bfloat16\"},\"bytes\":{\"$bytes\":3},\"none\":{}}");
  EXPECT_EQUAL(description.tensors.size(), 2U);
  EXPECT(description.tensors[0] == weight && description.tensors[1] == weight);
}

TEST(descriptions_of_real_checkpoints_are_json_with_all_their_tensors) {
  for (const char* name :
       {"old_lightning_layout.ckpt", "state_dict_half_and_odd_types.pt", "tagged_cuda.ckpt"}) {
    const Value root = read_checkpoint(fixture(std::string("parity/checkpoints/") + name)).root;
    const Description description = describe(root, kEnough);
    const Value again = parse_json(description.json);
    EXPECT(again.dict() != nullptr && again.dict()->items.size() == root.dict()->items.size());
    EXPECT(description.tensors.size() > 40);
  }
}

TEST(a_description_that_unfolds_beyond_its_bound_is_refused) {
  Value shared = Value::of_text(std::string(1000, 'x'));
  for (int i = 0; i < 12; ++i) shared = {sequence({shared, shared})};
  EXPECT_EQUAL(refusal([&] { describe(shared, 1 << 20); }),
               "it would unfold to far more than the file holds");
  EXPECT_EQUAL(describe(shared, 1 << 23).json.size() / 1000, (4096U * 1002 + 3 * 4095) / 1000);
}
