// The loops for any machine: SSE2 on x86-64, NEON on arm64.
#include "loops.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "CEngine.h"

#define LOOPS baseline_loops
#define LOOPS_NAME "baseline"
#define LOOPS_WIDTH 4
#include "loops.inc"
