#include "checkpoint/machine.h"

#include <iterator>

namespace deeplasia::checkpoint {

using bytes::refuse;

void Machine::damaged(const char* how) const { refuse(input_.what() + " is damaged: " + how); }

Value& Machine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) damaged("it uses a value that is not there");
  return stack_.back();
}

Value Machine::pop() {
  Value value = std::move(top());
  stack_.pop_back();
  return value;
}

std::vector<Value> Machine::pop(size_t count) {
  std::vector<Value> values(count);
  while (count > 0) values[--count] = pop();
  return values;
}

std::vector<Value> Machine::pop_section() {
  if (marks_.empty()) damaged("it ends a group that did not begin");
  const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value> values(std::make_move_iterator(from), std::make_move_iterator(stack_.end()));
  stack_.erase(from, stack_.end());
  marks_.pop_back();
  return values;
}

void Machine::memorize(uint64_t index) {
  if (index > memo_.size()) damaged("it numbers its values with gaps");
  if (index == memo_.size()) memo_.emplace_back();
  memo_[index] = top();
}

void Machine::recall(uint64_t index) {
  if (index >= memo_.size()) damaged("it recalls a value that it never had");
  push(memo_[index]);
}

void Machine::add(Sequence& sequence, std::vector<Value> items) {
  for (Value& item : items) builder_.add(sequence, std::move(item));
}

void Machine::add(Dict& dict, std::vector<Value> keys_and_values) {
  if (keys_and_values.size() % 2 != 0) damaged("a dictionary has a key without a value");
  for (size_t i = 0; i < keys_and_values.size(); i += 2) {
    builder_.add(dict, std::move(keys_and_values[i]), std::move(keys_and_values[i + 1]));
  }
}

void Machine::push_sequence(Sequence::Kind kind, std::vector<Value> items) {
  auto sequence = std::make_shared<Sequence>();
  sequence->kind = kind;
  add(*sequence, std::move(items));
  push({std::move(sequence)});
}

void Machine::push_dict(std::vector<Value> keys_and_values) {
  auto dict = std::make_shared<Dict>();
  add(*dict, std::move(keys_and_values));
  push({std::move(dict)});
}

void Machine::append(std::vector<Value> items) {
  const auto* sequence = top().get<std::shared_ptr<Sequence>>();
  if (sequence == nullptr) damaged("it appends to what is no list");
  add(**sequence, std::move(items));
}

void Machine::insert(std::vector<Value> keys_and_values) {
  const auto* dict = top().get<std::shared_ptr<Dict>>();
  if (dict == nullptr) damaged("it inserts into what is no dictionary");
  add(**dict, std::move(keys_and_values));
}

void Machine::push_named_global() {
  const std::vector<Value> names = pop(2);
  if (names[0].text() == nullptr || names[1].text() == nullptr)
    damaged("it names a global by what is no text");
  push(dialect_.global(*names[0].text(), *names[1].text()));
}

void Machine::push_call(bool has_named) {
  const Value named = has_named ? pop() : Value{};
  if (has_named && (named.dict() == nullptr || !named.dict()->items.empty()))
    damaged("a call names its arguments");
  const std::vector<Value> operands = pop(2);
  if (operands[1].sequence() == nullptr) damaged("a call has no arguments");
  push(dialect_.call(operands[0], *operands[1].sequence(), builder_));
}

void Machine::set_state() {
  const Value state = pop();
  dialect_.set_state(top(), state, builder_);
}

void Machine::load_storage() {
  const Value id = pop();
  if (id.sequence() == nullptr) damaged("a storage has no description");
  push({load_storage_(*id.sequence())});
}

Value Machine::result() {
  Value root = pop();
  builder_.complete(root);
  return root;
}

}  // namespace deeplasia::checkpoint
