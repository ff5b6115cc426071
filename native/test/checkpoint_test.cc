// Tests every value in checkpoints of PyTorch, Lightning and NumPy against the values that Python read.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "check.h"
#include "checkpoint/json.h"
#include "checkpoints.h"

using namespace deeplasia::test;

namespace {

std::string parity_file(const std::string& name) {
  const std::string path = fixture("parity/checkpoints/" + name);
  return exists(path) ? path : test_data("parity/checkpoints/" + name);
}

bool is_close(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max({std::abs(a), std::abs(b), 1e-300});
}

/// Returns whether a value equals its JSON form, in which tuples are lists, keys are texts and arrays have
/// their elements.
bool is_same(const Value& value, const Value& json) {
  if (value.sequence() != nullptr && json.sequence() != nullptr) {
    const auto &items = value.sequence()->items, &expected = json.sequence()->items;
    return std::equal(items.begin(), items.end(), expected.begin(), expected.end(), is_same);
  }
  if (value.dict() != nullptr && json.dict() != nullptr) {
    const auto &items = value.dict()->items, &expected = json.dict()->items;
    return items.size() == expected.size() && std::all_of(items.begin(), items.end(), [&](const auto& item) {
             const Value* other =
                 item.first.text() == nullptr ? nullptr : json.dict()->find(*item.first.text());
             return other != nullptr && is_same(item.second, *other);
           });
  }
  if (value.number() && json.number()) return *value.number() == *json.number();
  return text(value) == text(json);
}

/// Returns the state dict: `state_dict` in a checkpoint of Lightning, else the file itself.
const Dict& state_dict(const Value& root) {
  const Value* inside = root.dict()->find("state_dict");
  return inside == nullptr ? *root.dict() : *inside->dict();
}

/// Checks tensors against lines of expected.json: [name, shape, dtype, sum, sum of squares].
void check_tensors(const Dict& state, const Sequence& expected, const std::string& file) {
  EXPECT_EQUAL(state.items.size(), expected.items.size());
  for (size_t i = 0; i < std::min(state.items.size(), expected.items.size()); ++i) {
    const auto& [name, value] = state.items[i];
    const std::vector<Value>& line = expected.items[i].sequence()->items;
    EXPECT_EQUAL(text(name), text(line[0]));
    if (value.tensor() == nullptr) return fail(file.c_str(), 0, text(name) + " is not a tensor");
    std::string shape;
    for (const int64_t extent : value.tensor()->shape)
      shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
    EXPECT_EQUAL("[" + shape + "]", text(line[1]));
    EXPECT_EQUAL(std::string(value.tensor()->dtype->name), *line[2].text());
    double sum = 0, squares = 0;
    for (const double element : elements(*value.tensor())) {
      sum += element;
      squares += element * element;
    }
    // The size of the elements limits the precision of a sum near 0.
    if (!is_close(sum, *line[3].number()) && std::abs(sum - *line[3].number()) > 1e-9 * std::sqrt(squares)) {
      fail(file.c_str(), 0, text(name) + " has another sum");
    }
    if (!is_close(squares, *line[4].number()))
      fail(file.c_str(), 0, text(name) + " has another sum of squares");
  }
}

/// Checks everything else that expected.json contains about a file: its keys, and values by name.
void check_values(const Dict& root, const Dict& expected, const std::string& file) {
  const Value* keys = expected.find("top_level_keys");
  if (keys != nullptr && !keys->is_none()) {
    std::string names;
    for (const auto& [key, value] : root.items) names += (names.empty() ? "" : ", ") + text(key);
    EXPECT_EQUAL("[" + names + "]", text(*keys));
  }
  for (const char* name :
       {"hyper_parameters", "epoch", "global_step", "pytorch-lightning_version", "hparams_name", "age_mean",
        "age_std", "slope", "bias", "lr_schedulers", "loops"}) {
    const Value* value = expected.find(name);
    if (value == nullptr) continue;
    if (root.find(name) == nullptr || !is_same(*root.find(name), *value)) {
      fail(file.c_str(), 0, std::string(name) + " differs: " + text(*root.find(name)));
    }
  }
}

/// Checks the state of each parameter: [index, ["step", n, null], [name, shape, sum] ...].
void check_optimizer(const Dict& root, const Dict& expected) {
  const Dict& saved = *root.find("optimizer_states")->sequence()->items.at(0).dict();
  EXPECT(is_same(*saved.find("param_groups"), *expected.find("param_groups")));
  const auto& states = saved.find("state")->dict()->items;
  const auto& lines = expected.find("state")->sequence()->items;
  EXPECT_EQUAL(states.size(), lines.size());
  for (size_t i = 0; i < states.size(); ++i) {
    const auto& [index, state] = states[i];
    EXPECT_EQUAL(text(index), text(lines[i].sequence()->items[0]));
    for (size_t k = 1; k < lines[i].sequence()->items.size(); ++k) {
      const auto& facts = lines[i].sequence()->items[k].sequence()->items;
      const Value& value = *state.dict()->find(*facts[0].text());
      if (value.tensor() == nullptr) {
        EXPECT_EQUAL(text(value), text(facts[1]));
        continue;
      }
      double sum = 0, squares = 0;
      for (const double element : elements(*value.tensor())) {
        sum += element;
        squares += element * element;
      }
      EXPECT(std::abs(sum - *facts[2].number()) <= 1e-9 * std::sqrt(squares));
    }
  }
}

}  // namespace

TEST(checkpoints_hold_what_python_read_in_them) {
  const std::string text_of_all = content(fixture("parity/checkpoints/expected.json"));
  const Value all = parse_json(text_of_all);
  EXPECT_EQUAL(all.dict()->items.size(), 13U);
  for (const auto& [name, facts] : all.dict()->items) {
    const std::string path = parity_file(*name.text());
    if (!exists(path)) {
      skip(*name.text() +
           " is not here: set DEEPLASIA_TEST_DATA to the folder that holds parity/checkpoints");
      continue;
    }
    const Dict& expected = *facts.dict();
    if (expected.find("tensors") == nullptr) {
      EXPECT(refusal([&] { read_checkpoint(path); }) != "");
      continue;
    }
    const Value root = read_checkpoint(path).root;
    check_tensors(state_dict(root), *expected.find("tensors")->sequence(), *name.text());
    check_values(*root.dict(), expected, *name.text());
    if (expected.find("optimizer") != nullptr)
      check_optimizer(*root.dict(), *expected.find("optimizer")->dict());
  }
}

TEST(checkpoints_that_would_run_code_are_refused_with_its_name) {
  const auto message = [](const char* name) {
    return refusal([&] { read_checkpoint(fixture(std::string("parity/checkpoints/") + name)); });
  };
  EXPECT(message("malicious_reduce.ckpt").find("io.open") != std::string::npos);
  EXPECT(message("malicious_plain_pickle.ckpt").find("posix.system") != std::string::npos);
  EXPECT(message("truncated.pt").find("incomplete") != std::string::npos);
  EXPECT(!std::filesystem::exists("PWNED"));
}

TEST(callbacks_keyed_by_their_class_keep_its_name) {
  const Value root = read_checkpoint(fixture("parity/checkpoints/old_lightning_layout.ckpt")).root;
  const auto& callbacks = root.dict()->find("callbacks")->dict()->items;
  EXPECT_EQUAL(text(callbacks.at(1).first), "<pytorch_lightning.callbacks.early_stopping.EarlyStopping>");
  EXPECT_EQUAL(text(*callbacks.at(1).second.dict()->find("patience")), "50");
  EXPECT_EQUAL(text(*root.dict()->find("np_array")), "float64[3 ]: 0 1 2");
  EXPECT_EQUAL(text(*root.dict()->find("np_float32")), "1.5");
}

TEST(every_way_to_write_a_checkpoint_gives_the_same_values) {
  const std::string expected =
      "{'numbers': [0, 255, 256, 65536, -1, -2147483649, 9223372036854775807, -9223372036854775808, True, "
      "False, "
      "None, 0.5, -1e+300], 'texts': ['', 'é€😀', '" +
      std::string(300, 'a') +
      "'], 'bytes': [b, b 0 127 128 255], 'nested': (1, (2, [3, {'four': (5)}]), ()), 'sets': [set(1), "
      "set(2)], "
      "'ordered': {'b': 1, 'a': 2}, 'default': {'k': [1]}, 'counter': {'a': 2, 'b': 1}, 'namespace': "
      "{'backbone': "
      "'b0', 'layers': [16]}, 'path': '/runs/best.ckpt', 'size': (2, 3), 'device': 'cuda:1', 'dtype': "
      "bfloat16, "
      "'scalars': [0.1, 0.5, -1.5, -7, 200, True], 'array': int16[2 3 ]: 0 1 2 3 4 5, 'tensor': float32[2 3 "
      "]: 0 1 2 "
      "3 4 5, 'view': float32[2 2 ]: 1 4 2 5, 'parameter': float32[1 ]: 1.5, 'scalar': int64[]: 7, 'empty': "
      "float32[0 "
      "3 ]:, 'expanded': float32[3 ]: 2 2 2, 'half': float16[2 ]: 0.5 -2, 'brain': bfloat16[2 ]: 0.5 -2, "
      "'wide': "
      "uint64[1 ]: 1.09951e+12}";
  for (const char* name : {"protocol2", "protocol3", "protocol4", "protocol5", "legacy_protocol2",
                           "legacy_protocol4", "no_checksums", "deflated", "zip64"}) {
    EXPECT_EQUAL(text(read_checkpoint(fixture(std::string("checkpoints/") + name + ".pt")).root), expected);
  }
}

TEST(views_share_the_storage_they_were_saved_with) {
  const Value root = read_checkpoint(fixture("checkpoints/protocol2.pt")).root;
  const Tensor &whole = *root.dict()->find("tensor")->tensor(), &view = *root.dict()->find("view")->tensor();
  EXPECT(whole.storage == view.storage);
  EXPECT(whole.is_contiguous() && !view.is_contiguous());
  EXPECT_EQUAL(reinterpret_cast<uintptr_t>(whole.data()) % 64, 0U);  // as PyTorch aligned it in the file
}

#ifndef __SANITIZE_ADDRESS__  // the sanitizer needs additional memory
TEST(a_checkpoint_needs_little_more_memory_than_its_file) {
  const std::string path = parity_file("lightning_b0.ckpt");
  if (!exists(path)) return skip("lightning_b0.ckpt is not here: set DEEPLASIA_TEST_DATA");
  const auto resident = [] {
    size_t all = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> all >> pages;
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
  };
  const double before = resident();
  const Checkpoint checkpoint = read_checkpoint(path);
  const double factor = (resident() - before) / static_cast<double>(std::filesystem::file_size(path));
  EXPECT(checkpoint.root.dict() != nullptr);
  EXPECT(factor < 1.2);
}
#endif

TEST(files_that_pytorch_did_not_write_are_refused) {
  const auto code = [](const std::string& path) {
    try {
      read_checkpoint(path);
    } catch (const deeplasia::runtime::CodedError& error) {
      return std::string(error.code());
    }
    return std::string("none");
  };
  EXPECT_EQUAL(code(fixture("checkpoints/missing.pt")), "ERR_DEEPLASIA_MODEL_MISSING");
  EXPECT_EQUAL(code(fixture("checkpoints")), "ERR_DEEPLASIA_CHECKPOINT");
  EXPECT_EQUAL(code("/dev/zero"), "ERR_DEEPLASIA_CHECKPOINT");
  EXPECT_EQUAL(code(fixture("checkpoints/make.py")), "ERR_DEEPLASIA_CHECKPOINT");
  EXPECT(refusal([] { read_checkpoint(fixture("models/mean-plus-sex.pt")); }).find("TorchScript") !=
         std::string::npos);
}
