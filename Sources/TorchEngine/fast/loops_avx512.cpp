// The loops for machines with AVX512. The headers come first: only this project's own loops are compiled for it.
#include "loops.h"

#ifdef ESPALIER_X86_LOOPS

#include <algorithm>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <vector>

#include "CEngine.h"

#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")
#define LOOPS avx512_loops
#define LOOPS_NAME "AVX512"
#define LOOPS_WIDTH 16
#include "loops.inc"

#endif
