// Batch norm's parameters as the loops want them.
#pragma once

#include "fast.h"

#include <vector>

namespace espalier::fast {

/// A channel's statistics, scale and shift as one product and sum.
class NormalOf {
 public:
  /// Of an instruction whose first slices are scale and shift.
  NormalOf(const Execution &execution, const es_instruction &instruction, int64_t channels, const float *mean,
           const float *rstd);
  Normal loop(int32_t function) const { return {channels_, mean_, factor_.data(), shift_.data(), function}; }
  /// y = the normal of x, in parts of rows.
  void write(const float *x, float *y, int64_t rows, int32_t function) const;

 private:
  int64_t channels_;
  const float *mean_;
  std::vector<float> factor_, shift_;
};

/// The statistics of a batch norm, found or looked up, written to its outputs, and recorded where asked for.
NormalOf find_statistics(Execution &execution, const es_instruction &batch_norm);
/// Those of an instruction that computes a batch norm's result again.
NormalOf known_statistics(Execution &execution, const es_instruction &normalise);

}  // namespace espalier::fast
