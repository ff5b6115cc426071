#include "checkpoint/builder.h"

#include <algorithm>

namespace deeplasia::checkpoint {
namespace {

using bytes::printable;
using bytes::refuse;

constexpr int kDeepest = 100;

Container* container(const Value& value) {
  if (const auto* sequence = value.get<std::shared_ptr<Sequence>>()) return sequence->get();
  if (const auto* dict = value.get<std::shared_ptr<Dict>>()) return dict->get();
  return nullptr;
}

bool can_be_key(const Value& value) {
  const Sequence* sequence = value.sequence();
  return value.dict() == nullptr && value.tensor() == nullptr && value.get<TypedStorage>() == nullptr &&
         (sequence == nullptr || sequence->kind == Sequence::Kind::tuple);
}

void require_distinct_keys(const Dict& dict) {
  std::vector<std::string_view> keys;
  keys.reserve(dict.items.size());
  for (const auto& [key, value] : dict.items) {
    if (key.text() != nullptr) keys.push_back(*key.text());
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) refuse("a dictionary has the key '" + printable(*twice) + "' twice");
}

}  // namespace

void Builder::spend(size_t bytes) {
  if (bytes > bytes_left_) refuse("it would unfold to far more than the file holds");
  bytes_left_ -= bytes;
}

void Builder::complete(const Value& value) {
  Container* held = container(value);
  if (held == nullptr || held->is_complete) return;
  held->is_complete = true;
  if (value.dict() != nullptr) require_distinct_keys(*value.dict());
}

void Builder::adopt(Container& parent, const Value& child) {
  complete(child);
  if (parent.is_complete) refuse("a value contains itself, or changes after it was used");
  const Container* held = container(child);
  if (held != nullptr) parent.depth = std::max(parent.depth, held->depth + 1);
  parent.tree_size += held == nullptr ? 1 : held->tree_size;
  if (parent.depth > kDeepest) refuse("values are nested too deeply");
  if (parent.tree_size > most_values_) refuse("it would unfold to far more than the file holds");
}

void Builder::add(Sequence& sequence, Value item) {
  adopt(sequence, item);
  sequence.items.push_back(std::move(item));
}

void Builder::add(Dict& dict, Value key, Value value) {
  if (!can_be_key(key)) refuse("a dictionary has a key of a type that Python does not allow");
  adopt(dict, key);
  adopt(dict, value);
  dict.items.emplace_back(std::move(key), std::move(value));
}

}  // namespace deeplasia::checkpoint
