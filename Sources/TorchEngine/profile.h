// Where a program's time goes: with ESPALIER_PROFILE in the environment, every kernel call is timed, and the totals are
// printed on standard error when the process ends.
#pragma once

#include "CEngine.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace espalier {

class Profile {
 public:
  /// The process's profile, or null where none is asked for.
  static Profile *wanted();

  /// Adds a call that began at `start` and ends now.
  void add(const es_program &program, int32_t index, std::chrono::steady_clock::time_point start);
  ~Profile();

 private:
  struct Total {
    double milliseconds = 0;
    int64_t calls = 0;
  };
  std::mutex mutex_;
  /// By kernel; and by kernel with the shapes of its first operand and result.
  std::map<std::string, Total> kernels_, calls_;
};

}  // namespace espalier
