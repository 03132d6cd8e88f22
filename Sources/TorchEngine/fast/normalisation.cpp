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

struct Moments {
  std::vector<double> mean, deviation;
  int64_t rows = 0;
};

/// Of all rows, the parts' merged in order (Chan, Golub and LeVeque 1979).
Moments moments_of(const float *x, int64_t rows, int64_t channels) {
  const int64_t grain = row_grain(channels);
  std::vector<Moments> parts(parts_of(rows, grain));
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    Moments &own = parts[part];
    own.mean.resize(channels);
    own.deviation.resize(channels);
    own.rows = to - from;
    best_loops().moments(x + from * channels, own.rows, channels, own.mean.data(), own.deviation.data());
  });
  Moments all = std::move(parts[0]);
  for (size_t part = 1; part < parts.size(); ++part) {
    const Moments &next = parts[part];
    const double before = static_cast<double>(all.rows), count = static_cast<double>(next.rows);
    for (int64_t c = 0; c < channels; ++c) {
      const double distance = next.mean[c] - all.mean[c];
      all.mean[c] += distance * count / (before + count);
      all.deviation[c] += next.deviation[c] + distance * distance * before * count / (before + count);
    }
    all.rows += next.rows;
  }
  return all;
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
    const Moments moments = moments_of(execution.floats(input), rows, channels);
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

/// Ioffe and Szegedy 2015 (arXiv 1502.03167): with g = dy * f'(z), d = x - mean, f = scale * rstd,
/// dx = f (g - mean(g) - d rstd² mean(g d)), dscale = rstd sum(g d), dshift = sum(g).
void batch_norm_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t input = instruction.inputs[1];
  const int64_t rows = rows_of(execution, input), channels = execution.shape(input)[3];
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(input);
  const float *mean = execution.floats(instruction.inputs[2]), *rstd = execution.floats(instruction.inputs[3]);
  float *dx = execution.mutable_floats(instruction.outputs[0]);
  const bool accumulate = instruction.attributes[0] != 0;

  const NormalOf normal(execution, instruction, channels, mean, rstd);
  const Normal loop = normal.loop(instruction.attributes[1]);
  const int64_t grain = row_grain(channels), parts = parts_of(rows, grain);
  std::vector<double> sums(parts * channels), products(parts * channels);
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    best_loops().normal_sums(loop, dy + from * channels, x + from * channels, to - from, &sums[part * channels],
                             &products[part * channels]);
  });
  for (int64_t i = channels; i < parts * channels; ++i) {
    sums[i % channels] += sums[i];
    products[i % channels] += products[i];
  }

  const std::vector<float> scale = packed(execution, instruction.slices[0]);
  std::vector<float> a(channels), b(channels), c(channels);
  for (int64_t channel = 0; channel < channels; ++channel) {
    const double r = rstd[channel], factor = scale[channel] * r, share = factor / static_cast<double>(rows);
    a[channel] = static_cast<float>(factor);
    b[channel] = static_cast<float>(share * r * r * products[channel]);
    c[channel] = static_cast<float>(share * sums[channel]);
    products[channel] *= r;
  }
  add_to_gradient(execution, instruction.slices[0], products.data());
  add_to_gradient(execution, instruction.slices[1], sums.data());
  for_parts(rows, grain, [&](int64_t, int64_t from, int64_t to) {
    const int64_t at = from * channels;
    best_loops().normal_gradient(loop, dy + at, x + at, dx + at, to - from, a.data(), b.data(), c.data(), accumulate);
  });
}

}  // namespace espalier::fast
