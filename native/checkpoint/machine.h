#pragma once

#include "bytes/bytes.h"
#include "checkpoint/dialect.h"

namespace deeplasia::checkpoint {

/// The stack machine that runs a pickle's instructions (pickle.cc).
class Machine {
 public:
  Machine(bytes::Cursor& input, const StorageLoader& load_storage, const Dialect& dialect)
      : input_(input), load_storage_(load_storage), dialect_(dialect), builder_(input.remaining()) {}

  bytes::Cursor& input() { return input_; }
  const Dialect& dialect() const { return dialect_; }

  // The stack, cut into sections by marks.
  void push(Value value) { stack_.push_back(std::move(value)); }
  void push_mark() { marks_.push_back(stack_.size()); }
  Value& top();
  Value pop();
  /// Pops the last values and returns them in the order in which they were pushed.
  std::vector<Value> pop(size_t count);
  /// Pops the values since the last mark, and the mark.
  std::vector<Value> pop_section();

  // The memo, by number. Picklers number without gaps.
  void memorize(uint64_t index);
  void memorize_next() { memorize(memo_.size()); }
  void recall(uint64_t index);

  // Containers: new ones, and additions to the one on top.
  void push_sequence(Sequence::Kind kind, std::vector<Value> items);
  void push_dict(std::vector<Value> keys_and_values);
  void append(std::vector<Value> items);
  void insert(std::vector<Value> keys_and_values);

  // Globals, calls and what comes of them.
  void push_named_global();                // module and name on the stack
  void push_call(bool has_named = false);  // function, arguments, and named arguments if any
  void set_state();
  void load_storage();

  /// Returns the value on top, the result, after the last instruction.
  Value result();

  [[noreturn]] void damaged(const char* how) const;

 private:
  void add(Sequence& sequence, std::vector<Value> items);
  void add(Dict& dict, std::vector<Value> keys_and_values);

  bytes::Cursor& input_;
  const StorageLoader& load_storage_;
  const Dialect& dialect_;
  Builder builder_;
  std::vector<Value> stack_, memo_;
  std::vector<size_t> marks_;
};

}  // namespace deeplasia::checkpoint
