// Channels multiplied by numbers of a parameter.
#include "fast.h"

#include "../failure.h"

#include <algorithm>
#include <vector>

namespace espalier::fast {

namespace {

/// to[0 ..< k] (+)= from[0 ..< k] * m in every row; the other channels of `to` become 0 unless it is added to.
void multiply(const Execution &execution, int32_t from, int32_t to, const std::vector<float> &m, bool accumulate) {
  const float *source = execution.floats(from);
  float *target = execution.mutable_floats(to);
  const int64_t count = static_cast<int64_t>(m.size());
  const int64_t source_step = execution.shape(from)[3], target_step = execution.shape(to)[3];
  const int64_t grain = std::max<int64_t>(1, kElementGrain / count);
  for_parts(rows_of(execution, from), grain, [&](int64_t, int64_t first, int64_t end) {
    best_loops().scale(source + first * source_step, source_step, m.data(), target + first * target_step, target_step,
                       end - first, count, accumulate);
    if (accumulate || count == target_step) return;
    for (int64_t row = first; row < end; ++row) {
      std::fill_n(target + row * target_step + count, target_step - count, 0.0f);
    }
  });
}

/// Rows whose products are summed in float32 before they go to float64.
constexpr int64_t kMostPending = 1024;

/// dm += sum over the rows of dy * x.
void add_mask_gradient(Execution &execution, int32_t slice, int32_t gradient, int32_t value, int64_t count) {
  const float *dy = execution.floats(gradient), *x = execution.floats(value);
  const int64_t dy_step = execution.shape(gradient)[3], x_step = execution.shape(value)[3];
  const int64_t rows = rows_of(execution, gradient), grain = std::max<int64_t>(1, kElementGrain / count);
  const int64_t parts = parts_of(rows, grain);
  std::vector<double> sums(parts * count);
  for_parts(rows, grain, [&](int64_t part, int64_t first, int64_t end) {
    std::vector<float> pending(count);
    for (int64_t row = first; row < end; row += kMostPending) {
      std::fill(pending.begin(), pending.end(), 0.0f);
      for (int64_t at = row; at < std::min(end, row + kMostPending); ++at) {
        const float *a = dy + at * dy_step, *b = x + at * x_step;
        for (int64_t c = 0; c < count; ++c) pending[c] += a[c] * b[c];
      }
      for (int64_t c = 0; c < count; ++c) sums[part * count + c] += pending[c];
    }
  });
  for (int64_t i = count; i < parts * count; ++i) sums[i % count] += sums[i];
  add_to_gradient(execution, slice, sums.data());
}

}  // namespace

void mask(Execution &execution, const es_instruction &instruction) {
  multiply(execution, instruction.inputs[0], instruction.outputs[0], packed(execution, instruction.slices[0]),
           instruction.attributes[0] != 0);
}

void mask_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t m = instruction.slices[0];
  if (execution.trains(m)) {
    require(instruction.inputs[1] >= 0, "the mask is trained, but its operand is absent");
    add_mask_gradient(execution, m, instruction.inputs[0], instruction.inputs[1], execution.slice(m).extent[0]);
  }
  if (instruction.outputs[0] < 0) return;
  multiply(execution, instruction.inputs[0], instruction.outputs[0], packed(execution, m),
           instruction.attributes[0] != 0);
}

}  // namespace espalier::fast
