#include "check.h"

/// `core_test [PART]`: all tests, or those whose name holds PART.
int main(int argc, char** argv) { return deeplasia::test::run_all(argc > 1 ? argv[1] : ""); }
