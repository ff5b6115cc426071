#include "archive/check_code.h"

#include <torch/csrc/jit/frontend/lexer.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>

#include "archive/code_depth.h"
#include "archive/open_archive.h"
#include "bytes/refuse.h"
#include "runtime/failure.h"

namespace deeplasia::archive {
namespace {

using namespace torch::jit;
using runtime::CodedError;
using Names = std::vector<std::string>;

// Operators that touch what is outside, of all that libtorch 2.13 registers as aten:: and prim::. A value's
// method is an operator too (`"name".from_file()`), so these names are refused behind every dot.
constexpr std::string_view kReaching[] = {"save",      "from_file", "data_ptr",
                                          "rpc_async", "rpc_sync",  "rpc_remote"};
// Operators of these are arithmetic. Others that are registered (c10d, profiler, inductor ...) are not known
// to be; what is not registered at all fails by itself, by name.
constexpr std::string_view kArithmetic[] = {
    "aten",         "prim",   "prims",  "quantized",        "_quantized",
    "quantization", "onednn", "mkldnn", "mkldnn_prepacked", "sparse"};
// Namespaces of `torch.classes` whose objects are packed weights.
constexpr std::string_view kPackedWeights[] = {"quantized", "rnn", "xnnpack", "mkldnn"};

template <class All>
bool is_one_of(const All& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ".") + name;
  return text;
}

// Looks through the tree of one function or class. All names that TorchScript can resolve are chains such as
// torch.conv2d, ops.prim.data, __torch__.Net.forward, x.save; or getattr with a literal.
class Reader {
 public:
  explicit Reader(std::string record) : record_(std::move(record)) {}

  void walk(const TreeRef& tree) {
    if (tree->isAtom()) return;
    if (tree->kind() == '.' || tree->kind() == TK_VAR) return chain(tree);
    if (tree->kind() == TK_APPLY && is_variable(tree->tree(0), "getattr")) return attribute(tree);
    for (const TreeRef& part : tree->trees()) walk(part);
  }

 private:
  static bool is_variable(const TreeRef& tree, const char* name) {
    return tree->kind() == TK_VAR && Var(tree).name().name() == name;
  }

  [[noreturn]] void refuse(const SourceRange& where, const std::string& what, const char* why) const {
    size_t line = 0;
    if (const auto place = where.file_line_col()) line = std::get<1>(*place);
    throw CodedError("ERR_DEEPLASIA_MODEL_UNTRUSTED", "its code uses " + bytes::printable(what) + " (" +
                                                          record_ + ", line " + std::to_string(line) + "), " +
                                                          why + "; nothing of it was run");
  }

  // A variable, and the names behind its dots.
  void chain(const TreeRef& tree) const {
    Names names;
    TreeRef base = tree;
    for (; base->kind() == '.'; base = Select(base).value().tree())
      names.push_back(Select(base).selector().name());
    if (base->kind() != TK_VAR) {
      names.emplace_back();  // a value without a name
      Reader(*this).walk(base);
    } else {
      names.push_back(Var(base).name().name());
    }
    std::ranges::reverse(names);
    require_harmless(names, tree->range());
  }

  void require_harmless(const Names& names, const SourceRange& where) const {
    for (const std::string& name : names)
      if (is_one_of(kReaching, name))
        refuse(where, joined(names), "which reaches files, memory or processes outside the model");
    if (names[0] == "ops") return require_arithmetic(names, where);
    if (names[0] == "getattr") refuse(where, "getattr without a plain name", "which hides what it uses");
    for (size_t i = 0; i < names.size(); ++i)
      if (names[i] == "torch" && (i > 0 || names.size() == 1 || names[1] == "classes"))
        require_known_class(names, i, where);
  }

  // torch, as a package: never by itself, where it could get another name.
  void require_known_class(const Names& names, size_t at, const SourceRange& where) const {
    if (names.size() < at + 2) refuse(where, joined(names), "which hides what it uses");
    if (names[at + 1] != "classes") return;
    if (names.size() < at + 3 || !is_one_of(kPackedWeights, names[at + 2]))
      refuse(where, joined(names), "a class that is not known to be harmless");
  }

  void require_arithmetic(const Names& names, const SourceRange& where) const {
    if (names.size() < 3) refuse(where, joined(names), "which hides what it uses");
    if (is_one_of(kArithmetic, names[1])) return;
    if (!getAllOperatorsFor(c10::Symbol::fromQualString(names[1] + "::" + names[2])).empty())
      refuse(where, joined(names), "an operator that is not known to be harmless");
  }

  // getattr(value, "name"), as libtorch writes names that are no identifiers: "0".
  void attribute(const TreeRef& tree) const {
    const Apply call(tree);
    const bool is_plain = call.inputs().size() == 2 && call.inputs()[1].kind() == TK_STRINGLITERAL;
    if (!is_plain) refuse(tree->range(), "getattr without a plain name", "which hides what it uses");
    const std::string name = StringLiteral(call.inputs()[1].tree()).text();
    if (name == "torch" || name == "classes")
      refuse(tree->range(), "getattr(…, \"" + name + "\")", "which hides what it uses");
    require_harmless({"", name}, tree->range());
    Reader(*this).walk(call.inputs()[0].tree());
  }

  std::string record_;
};

// Reads one file as SourceImporter does.
void read(const std::shared_ptr<Source>& source, const std::string& record) {
  Parser parser(source);
  Lexer& lexer = parser.lexer();
  if (lexer.cur().kind == TK_IDENT && lexer.cur().text() == "op_version_set") {
    lexer.next();
    for (const int kind : {int{'='}, int{TK_NUMBER}, int{TK_NEWLINE}}) lexer.expect(kind);
  }
  while (lexer.cur().kind != TK_EOF) {
    if (lexer.nextIf(TK_IMPORT)) {
      do lexer.expect(TK_IDENT);
      while (lexer.nextIf('.'));
      lexer.expect(TK_NEWLINE);
      continue;
    }
    const bool is_class = lexer.cur().kind == TK_CLASS_DEF;
    if (!is_class && lexer.cur().kind != TK_DEF)
      throw CodedError(kUnreadable, record + " is not TorchScript code");
    Reader(record).walk(is_class ? parser.parseClass() : parser.parseFunction(/*is_method=*/false));
  }
}

bool is_code(std::string record) {
  for (char& c : record) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return record.starts_with("code/") && record.ends_with(".py");
}

// Objects of classes that libtorch brings along are made while the values are read, without any code.
void check_values(std::string_view pickle, const std::string& record) {
  constexpr std::string_view kClasses = "torch.classes";
  for (size_t at = pickle.find(kClasses); at != std::string_view::npos; at = pickle.find(kClasses, at + 1)) {
    std::string_view space = pickle.substr(std::min(at + kClasses.size() + 1, pickle.size()));
    space = space.substr(0, space.find_first_of(".\n"));
    if (!is_one_of(kPackedWeights, space))
      throw CodedError("ERR_DEEPLASIA_MODEL_UNTRUSTED",
                       "it holds a value of torch.classes." + bytes::printable(space) + " (" + record +
                           "), a class that is not known to be harmless; nothing of it was run");
  }
}

}  // namespace

void check_code(checkpoint::TorchScript& archive, Trust trust) {
  for (const std::string& record : archive.records()) {
    if (!is_code(record)) continue;
    const auto source = std::make_shared<Source>(std::string(archive.read(record).view()), record, 1);
    try {
      require_shallow(source, record);
      if (trust == Trust::no) read(source, record);
    } catch (const CodedError&) {
      throw;
    } catch (const std::exception&) {
      throw CodedError(kUnreadable, record + " is not TorchScript code: it cannot be read");
    }
  }
  if (trust == Trust::yes) return;
  for (const char* record : {"data.pkl", "constants.pkl"}) check_values(archive.read(record).view(), record);
}

}  // namespace deeplasia::archive
