#include "profile.h"

#include "kernels/kernels.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace espalier {

namespace {

std::string shape_text(const es_program &program, int32_t buffer) {
  if (buffer < 0) return "-";
  const int64_t *s = program.buffers[buffer].shape;
  return std::to_string(s[0]) + "x" + std::to_string(s[1]) + "x" + std::to_string(s[2]) + "x" + std::to_string(s[3]);
}

template <typename Totals>
void print(const char *title, const Totals &totals) {
  double sum = 0;
  std::vector<std::pair<double, std::string>> lines;
  for (const auto &[name, total] : totals) {
    sum += total.milliseconds;
    lines.emplace_back(total.milliseconds, name + ", " + std::to_string(total.calls) + " calls");
  }
  std::sort(lines.rbegin(), lines.rend());
  std::fprintf(stderr, "%s: %.1f ms\n", title, sum);
  for (const auto &[milliseconds, name] : lines) {
    std::fprintf(stderr, "%10.1f ms %5.1f %%  %s\n", milliseconds, 100 * milliseconds / sum, name.c_str());
  }
}

}  // namespace

Profile *Profile::wanted() {
  static const auto profile = [] {
    return std::getenv("ESPALIER_PROFILE") == nullptr ? nullptr : std::make_unique<Profile>();
  }();
  return profile.get();
}

void Profile::add(const es_program &program, int32_t index, std::chrono::steady_clock::time_point start) {
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
  const es_instruction &instruction = program.instructions[index];
  const std::string name = kernel_of(instruction.opcode)->name;
  const std::string call = name + " " + std::to_string(instruction.attributes[0]) + " " +
                           std::to_string(instruction.attributes[1]) + " " +
                           shape_text(program, instruction.inputs[0]) + " to " + shape_text(program, instruction.outputs[0]);
  const std::lock_guard lock(mutex_);
  for (Total *total : {&kernels_[name], &calls_[call]}) {
    total->milliseconds += passed.count();
    ++total->calls;
  }
}

Profile::~Profile() {
  print("kernels", kernels_);
  print("calls", calls_);
}

}  // namespace espalier
