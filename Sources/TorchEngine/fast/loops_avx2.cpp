// The loops for machines with AVX2. The headers come first: only this project's own loops are compiled for it.
#include "loops.h"

#ifdef ESPALIER_X86_LOOPS

#include <algorithm>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "CEngine.h"

#pragma GCC target("avx2,fma")
#define LOOPS avx2_loops
#define LOOPS_NAME "AVX2"
#define LOOPS_WIDTH 8
#include "loops.inc"

#endif
