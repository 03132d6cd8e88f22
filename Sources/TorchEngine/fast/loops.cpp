#include "loops.h"

#include <cstdlib>
#include <string_view>

namespace espalier {

namespace {

#ifdef ESPALIER_X86_LOOPS
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

const Loops &chosen_loops() {
  const char *variable = std::getenv("ESPALIER_KERNELS");
  const std::string_view wanted = variable == nullptr ? "" : variable;
  if (wanted == baseline_loops.name) return baseline_loops;
#ifdef ESPALIER_X86_LOOPS
  if (has_avx512() && wanted != avx2_loops.name) return avx512_loops;
  if (has_avx2()) return avx2_loops;
#endif
  return baseline_loops;
}

}  // namespace

const Loops &best_loops() {
  static const Loops &chosen = chosen_loops();
  return chosen;
}

}  // namespace espalier
