#include "checkpoint/arguments.h"

namespace deeplasia::checkpoint {

using bytes::Bytes;
using bytes::printable;
using bytes::refuse;

void Arguments::fail() const {
  refuse("it calls " + printable(function_) + " with arguments that no checkpoint has");
}

const Value& Arguments::at(size_t i) const {
  if (i >= values_.size()) fail();
  return values_[i];
}

int64_t Arguments::integer(size_t i) const {
  const auto number = at(i).integer();
  if (!number) fail();
  return *number;
}

const std::string& Arguments::text(size_t i) const {
  if (at(i).text() == nullptr) fail();
  return *at(i).text();
}

const Bytes& Arguments::bytes(size_t i) const {
  if (at(i).bytes() == nullptr) fail();
  return *at(i).bytes();
}

const Sequence& Arguments::sequence(size_t i) const {
  if (at(i).sequence() == nullptr) fail();
  return *at(i).sequence();
}

DType Arguments::dtype(size_t i) const {
  if (at(i).get<DType>() == nullptr) fail();
  return *at(i).get<DType>();
}

std::vector<int64_t> Arguments::integers(size_t i) const {
  constexpr size_t kMost = 8;  // dimensions of a tensor
  const std::vector<Value>& items = sequence(i).items;
  if (items.size() > kMost) fail();
  std::vector<int64_t> numbers;
  for (const Value& item : items) {
    if (!item.integer()) fail();
    numbers.push_back(*item.integer());
  }
  return numbers;
}

const TypedStorage& Arguments::storage(size_t i) const {
  if (at(i).get<TypedStorage>() == nullptr) fail();
  return *at(i).get<TypedStorage>();
}

}  // namespace deeplasia::checkpoint
