// Tests the conversion of tensors between files and libtorch.
#include "network/tensors.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "check.h"
#include "checkpoints.h"
#include "network/backbones.h"
#include "network/bone_age.h"

using namespace deeplasia::test;
using deeplasia::network::from_torch;
using deeplasia::network::to_torch;

namespace {

/// Returns a storage of little-endian numbers 0, 1, 2, … of `type`, `shift` bytes off any alignment.
std::shared_ptr<Storage> counting(at::ScalarType type, int64_t count, size_t shift) {
  const at::Tensor numbers = at::arange(count, type).contiguous();
  uint8_t* target = nullptr;
  const Bytes all = allocate(numbers.nbytes() + shift, target);
  std::memcpy(target + shift, numbers.const_data_ptr(), numbers.nbytes());
  auto storage = std::make_shared<Storage>();
  storage->byte_count = numbers.nbytes();
  storage->bytes = all.slice(shift, numbers.nbytes(), "");
  return storage;
}

// Returns how many residual blocks a backbone has.
int64_t count_blocks(const deeplasia::network::Backbone& made) {
  if (made.attribute == "base")
    return static_cast<int64_t>(made.module.attr("_blocks").toModule().named_children().size());
  if (made.attribute != "convnext") return 0;
  int64_t count = 0;
  for (const auto& stage : made.module.attr("stages").toModule().named_children())
    count += static_cast<int64_t>(stage.value.attr("blocks").toModule().named_children().size());
  return count;
}

}  // namespace

TEST(strided_and_unaligned_tensors_keep_their_values) {
  for (const auto& [name, type] : {std::pair{"float32", at::kFloat}, std::pair{"float16", at::kHalf},
                                   std::pair{"int64", at::kLong}, std::pair{"float64", at::kDouble}}) {
    for (const size_t shift : {0U, 1U}) {
      const auto storage = counting(type, 24, shift);
      // Every second column of a transposed [4, 6].
      auto view = std::make_shared<Tensor>(Tensor{dtype_named(name), {3, 4}, {2, 6}, 1, storage});
      const at::Tensor expected = at::arange(24, type).view({4, 6}).t().slice(0, 1, 6, 2);
      EXPECT(at::equal(to_torch(view), expected));
    }
  }
}

TEST(an_aligned_tensor_shares_the_files_memory_and_keeps_it) {
  auto storage = counting(at::kFloat, 6, 0);
  const void* memory = storage->bytes.data.get();
  const at::Tensor tensor =
      to_torch(std::make_shared<Tensor>(row_major(dtype_named("float32"), {2, 3}, storage)));
  storage.reset();
  EXPECT_EQUAL(tensor.const_data_ptr(), memory);
  EXPECT_EQUAL(tensor.sum().item<float>(), 15.0F);
}

TEST(tensors_survive_a_round_trip) {
  for (const at::Tensor& tensor :
       {at::arange(6, at::kHalf).view({2, 3}).t(), at::scalar_tensor(5, at::kLong), at::empty({0, 1}),
        at::ones({2}, at::kBool), at::full({2}, 1.5, at::kBFloat16)}) {
    const at::Tensor again = to_torch(std::make_shared<Tensor>(from_torch(tensor)));
    EXPECT(again.scalar_type() == tensor.scalar_type() && at::equal(again, tensor));
  }
}

TEST(an_unsupported_element_type_is_refused_by_name) {
  const auto storage = counting(at::kLong, 2, 0);
  const auto odd = std::make_shared<Tensor>(row_major(dtype_named("uint64"), {2}, storage));
  EXPECT_EQUAL(refusal([&] { to_torch(odd); }),
               "a tensor has elements of type uint64, which networks cannot use");
}

TEST(backbone_facts_match_the_backbones) {
  const std::vector<std::string> small = {"efficientnet-b0", "efficientnet-b1", "convnextv2-atto",
                                          "inceptionv3"};
  for (const auto& facts : deeplasia::network::backbone_facts()) {
    if (std::find(small.begin(), small.end(), facts.name) == small.end()) continue;  // the others take long
    deeplasia::network::NetworkConfig config;
    config.backbone = facts.name;
    deeplasia::network::Author author;
    const auto made = deeplasia::network::backbone(author, config);
    EXPECT_EQUAL(made.features, facts.features);
    int64_t blocks = 0;
    for (const int64_t count : facts.repeats) blocks += count;
    EXPECT_EQUAL(count_blocks(made), blocks);
  }
}
