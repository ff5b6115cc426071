#include "checkpoint/pickle.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "bytes/utf8.h"
#include "checkpoint/machine.h"

namespace deeplasia::checkpoint {
namespace {

using bytes::Bytes;
using bytes::Cursor;
using bytes::from_raw_unicode_escape;
using bytes::is_utf8;
using bytes::refuse;
using Kind = Sequence::Kind;
using Instruction = void (*)(Machine&);

template <class T>
T read(Machine& m) {
  return m.input().read<T>();
}

void check_protocol(Machine& m) {
  if (read<uint8_t>(m) > 5) refuse(m.input().what() + " is of a pickle protocol later than 5");
}

/// Two's complement of any length, lowest byte first.
int64_t long_integer(Machine& m, uint64_t length) {
  const Bytes bytes = m.input().take(length);
  if (length > sizeof(int64_t)) refuse(m.input().what() + " holds an integer beyond 64 bits");
  if (length == 0) return 0;
  int64_t value = (bytes.data.get()[length - 1] & 0x80) != 0 ? -1 : 0;
  std::memcpy(&value, bytes.data.get(), length);
  return value;
}

int64_t integer_line(Machine& m) {
  std::string digits(m.input().line());
  if (digits.ends_with('L')) digits.pop_back();
  char* end = nullptr;
  errno = 0;
  const int64_t value = std::strtoll(digits.c_str(), &end, 10);
  if (digits.empty() || *end != '\0' || errno != 0) {
    refuse(m.input().what() + " holds an integer beyond 64 bits, or none");
  }
  return value;
}

void push_integer_or_bool(Machine& m) {
  Cursor ahead = m.input();
  const std::string_view line = ahead.line();
  const bool is_bool = line == "00" || line == "01";
  const int64_t number = integer_line(m);
  m.push(is_bool ? Value{number == 1} : Value{number});
}

void push_text(Machine& m, uint64_t length) {
  std::string text(m.input().take(length).view());
  if (!is_utf8(text)) refuse(m.input().what() + " holds a text that is not UTF-8");
  m.push(Value::of_text(std::move(text)));
}

void push_global(Machine& m) {
  const std::string module(m.input().line());
  m.push(m.dialect().global(module, m.input().line()));
}

void push_real_line(Machine& m) { m.push({std::strtod(std::string(m.input().line()).c_str(), nullptr)}); }

void push_big_endian_real(Machine& m) {
  const uint64_t bits = __builtin_bswap64(read<uint64_t>(m));
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  m.push({value});
}

/// Python's module pickletools names the instructions.
constexpr std::pair<char, Instruction> kInstructions[] = {
    {'\x80', check_protocol},
    {'\x95', [](Machine& m) { m.input().take(8); }},  // the length of a frame
    // constants and numbers
    {'N', [](Machine& m) { m.push({None{}}); }},
    {'\x88', [](Machine& m) { m.push({true}); }},
    {'\x89', [](Machine& m) { m.push({false}); }},
    {'K', [](Machine& m) { m.push({int64_t{read<uint8_t>(m)}}); }},
    {'M', [](Machine& m) { m.push({int64_t{read<uint16_t>(m)}}); }},
    {'J', [](Machine& m) { m.push({int64_t{read<int32_t>(m)}}); }},
    {'\x8a', [](Machine& m) { m.push({long_integer(m, read<uint8_t>(m))}); }},
    {'\x8b', [](Machine& m) { m.push({long_integer(m, read<uint32_t>(m))}); }},
    {'I', push_integer_or_bool},
    {'L', [](Machine& m) { m.push({integer_line(m)}); }},
    {'F', push_real_line},
    {'G', push_big_endian_real},
    // texts and bytes
    {'\x8c', [](Machine& m) { push_text(m, read<uint8_t>(m)); }},
    {'X', [](Machine& m) { push_text(m, read<uint32_t>(m)); }},
    {'\x8d', [](Machine& m) { push_text(m, read<uint64_t>(m)); }},
    {'V', [](Machine& m) { m.push(Value::of_text(from_raw_unicode_escape(m.input().line()))); }},
    {'C', [](Machine& m) { m.push({m.input().take(read<uint8_t>(m))}); }},
    {'B', [](Machine& m) { m.push({m.input().take(read<uint32_t>(m))}); }},
    {'\x8e', [](Machine& m) { m.push({m.input().take(read<uint64_t>(m))}); }},
    {'\x96', [](Machine& m) { m.push({m.input().take(read<uint64_t>(m))}); }},
    // containers
    {'(', [](Machine& m) { m.push_mark(); }},
    {'}', [](Machine& m) { m.push_dict({}); }},
    {'d', [](Machine& m) { m.push_dict(m.pop_section()); }},
    {']', [](Machine& m) { m.push_sequence(Kind::list, {}); }},
    {'l', [](Machine& m) { m.push_sequence(Kind::list, m.pop_section()); }},
    {')', [](Machine& m) { m.push_sequence(Kind::tuple, {}); }},
    {'t', [](Machine& m) { m.push_sequence(Kind::tuple, m.pop_section()); }},
    {'\x85', [](Machine& m) { m.push_sequence(Kind::tuple, m.pop(1)); }},
    {'\x86', [](Machine& m) { m.push_sequence(Kind::tuple, m.pop(2)); }},
    {'\x87', [](Machine& m) { m.push_sequence(Kind::tuple, m.pop(3)); }},
    {'\x8f', [](Machine& m) { m.push_sequence(Kind::set, {}); }},
    {'\x91', [](Machine& m) { m.push_sequence(Kind::set, m.pop_section()); }},
    {'a', [](Machine& m) { m.append(m.pop(1)); }},
    {'e', [](Machine& m) { m.append(m.pop_section()); }},
    {'\x90', [](Machine& m) { m.append(m.pop_section()); }},
    {'s', [](Machine& m) { m.insert(m.pop(2)); }},
    {'u', [](Machine& m) { m.insert(m.pop_section()); }},
    // the stack and what is remembered
    {'0', [](Machine& m) { m.pop(); }},
    {'1', [](Machine& m) { m.pop_section(); }},
    {'2', [](Machine& m) { m.push(Value(m.top())); }},
    {'q', [](Machine& m) { m.memorize(read<uint8_t>(m)); }},
    {'r', [](Machine& m) { m.memorize(read<uint32_t>(m)); }},
    {'p', [](Machine& m) { m.memorize(static_cast<uint64_t>(integer_line(m))); }},
    {'\x94', [](Machine& m) { m.memorize_next(); }},
    {'h', [](Machine& m) { m.recall(read<uint8_t>(m)); }},
    {'j', [](Machine& m) { m.recall(read<uint32_t>(m)); }},
    {'g', [](Machine& m) { m.recall(static_cast<uint64_t>(integer_line(m))); }},
    // globals, calls and storages
    {'c', push_global},
    {'\x93', [](Machine& m) { m.push_named_global(); }},
    {'R', [](Machine& m) { m.push_call(); }},
    {'\x81', [](Machine& m) { m.push_call(); }},
    {'\x92', [](Machine& m) { m.push_call(true); }},
    {'b', [](Machine& m) { m.set_state(); }},
    {'Q', [](Machine& m) { m.load_storage(); }},
};

/// Returns nullptr if no instruction has that code.
Instruction instruction(char code) {
  static const std::array<Instruction, 256> table = [] {
    std::array<Instruction, 256> all{};
    for (const auto& [known, work] : kInstructions) all[static_cast<uint8_t>(known)] = work;
    return all;
  }();
  return table[static_cast<uint8_t>(code)];
}

}  // namespace

Value unpickle(Cursor& input, const StorageLoader& load_storage, const Dialect& dialect) {
  Machine machine(input, load_storage, dialect);
  for (auto code = input.read<char>(); code != '.'; code = input.read<char>()) {
    const Instruction work = instruction(code);
    if (work == nullptr) refuse(input.what() + " holds an instruction that no checkpoint has");
    work(machine);
  }
  return machine.result();
}

TypedStorage refuse_storage(const Sequence&) {
  refuse("it holds tensors without their data: not a checkpoint");
}

}  // namespace deeplasia::checkpoint
