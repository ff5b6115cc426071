#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

// A minimal test harness that prints which line failed and with which values: TEST(name) { EXPECT(...); }.
namespace deeplasia::test {

struct Case {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

inline int& failures() {
  static int count = 0;
  return count;
}

inline void fail(const char* file, int line, const std::string& what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
  ++failures();
}

/// Reports that a test, or a part of it, lacks its data here. It is counted, but is not a failure.
inline void skip(const std::string& why) { std::printf("skipped %s\n", why.c_str()); }

template <class A, class B>
void check_equal(const A& actual, const B& expected, const char* text, const char* file, int line) {
  if (actual == expected) return;
  std::ostringstream message;
  message << text << " is " << actual << ", not " << expected;
  fail(file, line, message.str());
}

/// Runs every test whose name contains `part`. Returns the process's exit status.
inline int run_all(const std::string& part) {
  for (const Case& test : cases()) {
    if (std::string(test.name).find(part) == std::string::npos) continue;
    const int before = failures();
    try {
      test.body();
    } catch (const std::exception& error) {
      fail(test.name, 0, std::string("threw ") + error.what());
    }
    std::printf("%s %s\n", failures() == before ? "ok    " : "FAILED", test.name);
    std::fflush(stdout);  // a process whose threads cannot be stopped exits without flushing
  }
  return failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace deeplasia::test

#define TEST(name)                                                                                        \
  static void test_##name();                                                                              \
  static const bool registered_##name = (deeplasia::test::cases().push_back({#name, test_##name}), true); \
  static void test_##name()

#define EXPECT(condition) \
  ((condition) ? void() : deeplasia::test::fail(__FILE__, __LINE__, "not true: " #condition))

#define EXPECT_EQUAL(actual, expected) \
  deeplasia::test::check_equal((actual), (expected), #actual, __FILE__, __LINE__)
