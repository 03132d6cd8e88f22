// Batch norm's parameters as the loops want them, and its sums over rows that come in pieces.
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

/// Mean and sum of squared deviations of each channel of some rows; pieces are merged (Chan, Golub and LeVeque 1979).
struct Moments {
  std::vector<double> mean, deviation;
  int64_t rows = 0;

  static Moments of(const float *x, int64_t rows, int64_t channels);
  void merge(const Moments &next);
};

/// Whether this batch norm, the next instruction, wants the statistics of what is being written.
bool wants_moments(const Execution &execution, const es_instruction &batch_norm);
/// Leaves them to it: those of the parts, merged in order.
void leave_moments(Execution &execution, const es_instruction &batch_norm, std::vector<Moments> parts);

/// The two sums of a batch norm's gradient, by part.
class NormalSums {
 public:
  NormalSums(const Execution &execution, const es_instruction &batch_norm_backward, int64_t parts);
  /// Adds rows of dy; they are those from `row` on.
  void add(int64_t part, const float *dy, int64_t row, int64_t rows);
  /// Leaves the sums to the instruction.
  void leave(Execution &execution);

 private:
  const es_instruction &instruction_;
  int64_t channels_, parts_;
  const float *x_;
  NormalOf normal_;
  std::vector<double> sums_, products_;
};

/// Where the inputs' gradient of a batch norm comes from.
///
/// Ioffe and Szegedy 2015 (arXiv 1502.03167): with g = dy * f'(z), d = x - mean, f = scale * rstd,
/// dx = f (g - mean(g) - d rstd² mean(g d)), dscale = rstd sum(g d), dshift = sum(g).
class NormalGradient {
 public:
  /// Adds the gradients of scale and shift, which takes a pass over dy and x where the sums were not left.
  NormalGradient(Execution &execution, const es_instruction &batch_norm_backward);
  /// dx (+)= the gradient of the rows from `row` on; `dx` is the first of them.
  void write(int64_t row, int64_t rows, float *dx, bool accumulate) const;

 private:
  int64_t channels_;
  const float *dy_, *x_;
  int32_t function_;
  NormalOf normal_;
  std::vector<float> a_, b_, c_;
};

}  // namespace espalier::fast
