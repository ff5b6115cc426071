#include "archive/code_depth.h"

#include <torch/csrc/jit/frontend/lexer.h>

#include <numeric>
#include <vector>

#include "archive/open_archive.h"
#include "runtime/failure.h"

namespace deeplasia::archive {
namespace {

using namespace torch::jit;

constexpr int kMostBlocks = 100, kMostBrackets = 200, kMostLevels = 500, kMostBranches = 500;

bool separates(int kind) { return kind == ',' || kind == ':' || kind == '=' || kind == ';'; }

// Tokens that put an expression round another without a bracket.
bool nests(int kind) {
  switch (kind) {
    case TK_IDENT:
    case TK_NUMBER:
    case TK_STRINGLITERAL:
    case TK_NEWLINE:
    case TK_INDENT:
    case TK_DEDENT:
    case TK_TRUE:
    case TK_FALSE:
    case TK_NONE:
      return false;
    default:
      return !separates(kind);
  }
}

class Depth {
 public:
  void see(int kind) {
    if (kind == TK_INDENT) ++blocks_;
    if (kind == TK_DEDENT) --blocks_;
    if (kind == TK_ELIF) ++branches_;
    if (kind == '(' || kind == '[' || kind == '{') {
      ++levels_.back();  // what follows a bracket may be called, or indexed, again
      levels_.push_back(0);
    } else if (kind == ')' || kind == ']' || kind == '}') {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (kind == TK_NEWLINE) {
      levels_.assign(1, 0);
    } else if (separates(kind)) {
      levels_.back() = 0;
    } else if (nests(kind)) {
      ++levels_.back();
    }
  }

  bool is_too_deep() const {
    return blocks_ > kMostBlocks || branches_ > kMostBranches ||
           static_cast<int>(levels_.size()) > kMostBrackets ||
           (levels_.back() % 16 == 0 && std::accumulate(levels_.begin(), levels_.end(), 0) > kMostLevels);
  }

 private:
  int blocks_ = 0, branches_ = 0;
  std::vector<int> levels_{0};  // of the statement, and of each bracket that is open
};

}  // namespace

void require_shallow(const std::shared_ptr<Source>& source, const std::string& record) {
  Depth depth;
  for (Lexer lexer(source); lexer.cur().kind != TK_EOF; lexer.next()) {
    depth.see(lexer.cur().kind);
    if (depth.is_too_deep())
      throw runtime::CodedError(kUnreadable, record + " is nested too deeply to be read");
  }
}

}  // namespace deeplasia::archive
