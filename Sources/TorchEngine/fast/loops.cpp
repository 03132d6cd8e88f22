#include "loops.h"

namespace espalier {

const Loops &best_loops() {
#ifdef ESPALIER_X86_LOOPS
  static const Loops &best = [&]() -> const Loops & {
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx2 && avx512 ? avx512_loops : avx2 ? avx2_loops : baseline_loops;
  }();
  return best;
#else
  return baseline_loops;
#endif
}

}  // namespace espalier
