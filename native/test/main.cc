#include "check.h"

int main() { return deeplasia::test::run_all(); }
