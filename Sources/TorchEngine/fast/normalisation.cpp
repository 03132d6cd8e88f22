// Batch norm in two passes over memory each way: statistics, then the result.
#include "normal.h"

#include "../failure.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace espalier::fast {

namespace {

int64_t row_grain(int64_t channels) { return std::max<int64_t>(1, kElementGrain / channels); }

/// Of all rows, the parts' merged in order.
Moments moments_of(const float *x, int64_t rows, int64_t channels) {
  const int64_t grain = row_grain(channels);
  std::vector<Moments> parts(parts_of(rows, grain));
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    parts[part] = Moments::of(x + from * channels, to - from, channels);
  });
  for (size_t part = 1; part < parts.size(); ++part) parts[0].merge(parts[part]);
  return std::move(parts[0]);
}

/// Keeps the batch's statistics for the running ones; a single value has no unbiased variance, its biased one is 0.
void record(Execution &execution, const es_instruction &instruction, const Moments &moments) {
  if (execution.recording == Recording::off || instruction.slices[2] < 0) return;
  const es_slice &mean_slice = execution.slice(instruction.slices[2]);
  const es_slice &variance_slice = execution.slice(instruction.slices[3]);
  at::Tensor mean = execution.scratch(at::IntArrayRef(mean_slice.extent, mean_slice.rank));
  at::Tensor variance = execution.scratch(at::IntArrayRef(variance_slice.extent, variance_slice.rank));
  std::copy(moments.mean.begin(), moments.mean.end(), mean.mutable_data_ptr<float>());
  const double divisor = static_cast<double>(std::max<int64_t>(moments.rows - 1, 1));
  std::transform(moments.deviation.begin(), moments.deviation.end(), variance.mutable_data_ptr<float>(),
                 [divisor](double deviation) { return static_cast<float>(deviation / divisor); });
  execution.recorded.push_back({instruction.slices[2], instruction.slices[3], std::move(mean), std::move(variance)});
}

}  // namespace

Moments Moments::of(const float *x, int64_t rows, int64_t channels) {
  Moments own{std::vector<double>(channels), std::vector<double>(channels), rows};
  best_loops().moments(x, rows, channels, own.mean.data(), own.deviation.data());
  return own;
}

void Moments::merge(const Moments &next) {
  if (rows == 0) {
    *this = next;
    return;
  }
  const double before = static_cast<double>(rows), count = static_cast<double>(next.rows);
  for (size_t c = 0; c < mean.size(); ++c) {
    const double distance = next.mean[c] - mean[c];
    mean[c] += distance * count / (before + count);
    deviation[c] += next.deviation[c] + distance * distance * before * count / (before + count);
  }
  rows += next.rows;
}

bool wants_moments(const Execution &execution, const es_instruction &batch_norm) {
  return batch_norm.opcode == ES_BATCH_NORM && execution.batch_norm_mode != ES_FIXED_STATISTICS;
}

void leave_moments(Execution &execution, const es_instruction &batch_norm, std::vector<Moments> parts) {
  for (size_t part = 1; part < parts.size(); ++part) parts[0].merge(parts[part]);
  execution.left = {&batch_norm, std::move(parts[0].mean), std::move(parts[0].deviation)};
}

NormalOf::NormalOf(const Execution &execution, const es_instruction &instruction, int64_t channels, const float *mean,
                   const float *rstd)
    : channels_(channels),
      mean_(mean),
      factor_(packed(execution, instruction.slices[0])),
      shift_(packed(execution, instruction.slices[1])) {
  for (int64_t c = 0; c < channels_; ++c) factor_[c] *= rstd[c];
}

void NormalOf::write(const float *x, float *y, int64_t rows, int32_t function) const {
  for_parts(rows, row_grain(channels_), [&](int64_t, int64_t from, int64_t to) {
    best_loops().normalise(loop(function), x + from * channels_, y + from * channels_, to - from);
  });
}

NormalOf find_statistics(Execution &execution, const es_instruction &instruction) {
  const int32_t input = instruction.inputs[0];
  const int64_t rows = rows_of(execution, input), channels = execution.shape(input)[3];
  float *mean = execution.mutable_floats(instruction.outputs[1]);
  float *rstd = execution.mutable_floats(instruction.outputs[2]);
  const double epsilon = instruction.scalars[0];
  if (execution.batch_norm_mode == ES_FIXED_STATISTICS) {
    require(instruction.slices[2] >= 0, "fixed statistics are wanted, but there are none");
    const std::vector<float> means = packed(execution, instruction.slices[2]);
    const std::vector<float> variances = packed(execution, instruction.slices[3]);
    std::copy(means.begin(), means.end(), mean);
    for (int64_t c = 0; c < channels; ++c) rstd[c] = static_cast<float>(1 / std::sqrt(variances[c] + epsilon));
  } else {
    Moments moments{std::move(execution.left.first), std::move(execution.left.second), rows};
    if (execution.left.reader != &instruction) moments = moments_of(execution.floats(input), rows, channels);
    execution.left.reader = nullptr;
    for (int64_t c = 0; c < channels; ++c) {
      mean[c] = static_cast<float>(moments.mean[c]);
      rstd[c] = static_cast<float>(1 / std::sqrt(moments.deviation[c] / static_cast<double>(rows) + epsilon));
    }
    record(execution, instruction, moments);
  }
  return NormalOf(execution, instruction, channels, mean, rstd);
}

NormalOf known_statistics(Execution &execution, const es_instruction &instruction) {
  return NormalOf(execution, instruction, execution.shape(instruction.inputs[0])[3],
                  execution.floats(instruction.inputs[1]), execution.floats(instruction.inputs[2]));
}

void batch_norm(Execution &execution, const es_instruction &instruction) {
  const int32_t input = instruction.inputs[0];
  find_statistics(execution, instruction)
      .write(execution.floats(input), execution.mutable_floats(instruction.outputs[0]), rows_of(execution, input),
             instruction.attributes[0]);
}

void normalise(Execution &execution, const es_instruction &instruction) {
  const int32_t input = instruction.inputs[0];
  known_statistics(execution, instruction)
      .write(execution.floats(input), execution.mutable_floats(instruction.outputs[0]), rows_of(execution, input),
             instruction.attributes[0]);
}

NormalSums::NormalSums(const Execution &execution, const es_instruction &instruction, int64_t parts)
    : instruction_(instruction),
      channels_(execution.shape(instruction.inputs[1])[3]),
      parts_(parts),
      x_(execution.floats(instruction.inputs[1])),
      normal_(execution, instruction, channels_, execution.floats(instruction.inputs[2]),
              execution.floats(instruction.inputs[3])),
      sums_(parts * channels_),
      products_(parts * channels_) {}

void NormalSums::add(int64_t part, const float *dy, int64_t row, int64_t rows) {
  best_loops().normal_sums(normal_.loop(instruction_.attributes[1]), dy, x_ + row * channels_, rows,
                           &sums_[part * channels_], &products_[part * channels_]);
}

void NormalSums::leave(Execution &execution) {
  for (int64_t i = channels_; i < parts_ * channels_; ++i) {
    sums_[i % channels_] += sums_[i];
    products_[i % channels_] += products_[i];
  }
  execution.left = {&instruction_, std::move(sums_), std::move(products_)};
}

NormalGradient::NormalGradient(Execution &execution, const es_instruction &instruction)
    : channels_(execution.shape(instruction.inputs[1])[3]),
      dy_(execution.floats(instruction.inputs[0])),
      x_(execution.floats(instruction.inputs[1])),
      function_(instruction.attributes[1]),
      normal_(execution, instruction, channels_, execution.floats(instruction.inputs[2]),
              execution.floats(instruction.inputs[3])),
      a_(channels_),
      b_(channels_),
      c_(channels_) {
  const int64_t rows = rows_of(execution, instruction.inputs[1]);
  if (execution.left.reader != &instruction) {
    const int64_t grain = row_grain(channels_);
    NormalSums sums(execution, instruction, parts_of(rows, grain));
    for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
      sums.add(part, dy_ + from * channels_, from, to - from);
    });
    sums.leave(execution);
  }
  const std::vector<double> sums = std::move(execution.left.first);
  std::vector<double> products = std::move(execution.left.second);
  execution.left.reader = nullptr;
  const float *rstd = execution.floats(instruction.inputs[3]);
  const std::vector<float> scale = packed(execution, instruction.slices[0]);
  for (int64_t channel = 0; channel < channels_; ++channel) {
    const double r = rstd[channel], factor = scale[channel] * r, share = factor / static_cast<double>(rows);
    a_[channel] = static_cast<float>(factor);
    b_[channel] = static_cast<float>(share * r * r * products[channel]);
    c_[channel] = static_cast<float>(share * sums[channel]);
    products[channel] *= r;
  }
  add_to_gradient(execution, instruction.slices[0], products.data());
  add_to_gradient(execution, instruction.slices[1], sums.data());
}

void NormalGradient::write(int64_t row, int64_t rows, float *dx, bool accumulate) const {
  const int64_t at = row * channels_;
  best_loops().normal_gradient(normal_.loop(function_), dy_ + at, x_ + at, dx, rows, a_.data(), b_.data(), c_.data(),
                               accumulate);
}

void batch_norm_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t input = instruction.inputs[1];
  const int64_t rows = rows_of(execution, input), channels = execution.shape(input)[3];
  const NormalGradient gradient(execution, instruction);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  for_parts(rows, row_grain(channels), [&](int64_t, int64_t from, int64_t to) {
    gradient.write(from, to - from, dx + from * channels, instruction.attributes[0] != 0);
  });
}

}  // namespace espalier::fast
