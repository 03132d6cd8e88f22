#include "loops.h"

#include "../failure.h"

#include <cstdlib>
#include <string>
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

void check_wanted_kernels() {
  const char *variable = std::getenv("ESPALIER_KERNELS");
  const std::string_view wanted = variable == nullptr ? "" : variable;
  for (const std::string_view known : {"", "reference", "baseline", "AVX2", "AVX512"}) {
    if (wanted == known) return;
  }
  throw Failure(ES_INVALID, "ESPALIER_KERNELS is '" + std::string(wanted) +
                                "'; it is reference, baseline, AVX2 or AVX512, or not set");
}

const Loops &best_loops() {
  static const Loops &chosen = chosen_loops();
  return chosen;
}

}  // namespace espalier
