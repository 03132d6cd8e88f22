// 1x1 convolutions with narrow factors, where a general matrix product spends much of its time on packing the long one.
// Wide ones, and larger kernels, are left to the reference.
#include "fast.h"

#include "../kernels/kernels.h"

#include <algorithm>
#include <vector>

namespace espalier::fast {

namespace {

/// The factor that stays in the cache, and the sums of a weight's gradient, have at most this many rows and columns.
constexpr int64_t kWidest = 256;
constexpr int64_t kGrain = 1 << 20;  ///< multiply-adds from which it pays to give another thread a part

bool is_narrow(const Execution &execution, const es_instruction &instruction) {
  const int64_t *w = execution.slice(instruction.slices[0]).extent;
  return instruction.attributes[0] == 1 && instruction.attributes[1] == 1 && w[0] <= kWidest && w[3] <= kWidest;
}

int64_t whole_vectors(int64_t count) {
  const int64_t width = best_loops().width;
  return (count + width - 1) / width * width;
}

/// result (+)= start + a b, for b [inner, columns]; all factors as in `Product`, in parts of rows.
void multiply(const float *a, const std::vector<float> &b, const std::vector<float> &start, float *result,
              int64_t rows, int64_t inner, int64_t columns, bool accumulate) {
  const int64_t grain = std::max<int64_t>(1, kGrain / (inner * columns));
  for_parts(rows, grain, [&](int64_t, int64_t from, int64_t to) {
    best_loops().multiply({.a = a + from * inner,
                           .b = b.data(),
                           .start = start.data(),
                           .result = result + from * columns,
                           .rows = to - from,
                           .inner = inner,
                           .columns = columns,
                           .width = whole_vectors(columns),
                           .accumulate = accumulate});
  });
}

}  // namespace

void convolution(Execution &execution, const es_instruction &instruction) {
  if (!is_narrow(execution, instruction)) return espalier::convolution.run(execution, instruction);
  const int64_t rows = rows_of(execution, instruction.inputs[0]), in = execution.shape(instruction.inputs[0])[3];
  const int64_t out = execution.shape(instruction.outputs[0])[3], width = whole_vectors(out);
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  std::vector<float> transposed(in * width), start(width);
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) transposed[i * width + o] = w[o * in + i];
  }
  if (instruction.slices[1] >= 0) {
    const std::vector<float> bias = packed(execution, instruction.slices[1]);
    std::copy(bias.begin(), bias.end(), start.begin());
  }
  multiply(execution.floats(instruction.inputs[0]), transposed, start,
           execution.mutable_floats(instruction.outputs[0]), rows, in, out, /*accumulate=*/false);
}

void convolution_backward(Execution &execution, const es_instruction &instruction) {
  if (!is_narrow(execution, instruction) || instruction.slices[1] >= 0) {
    return espalier::convolution_backward.run(execution, instruction);
  }
  const int64_t rows = rows_of(execution, instruction.inputs[0]);
  const int64_t out = execution.shape(instruction.inputs[0])[3], in = execution.shape(instruction.inputs[1])[3];
  const float *dy = execution.floats(instruction.inputs[0]), *x = execution.floats(instruction.inputs[1]);
  const int64_t grain = std::max<int64_t>(1, kGrain / (in * out)), parts = parts_of(rows, grain);
  std::vector<double> sums(parts * in * out);
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    best_loops().correlate({.a = dy + from * out,
                            .b = x + from * in,
                            .sums = &sums[part * in * out],
                            .rows = to - from,
                            .first = out,
                            .second = in});
  });
  for (int64_t part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < in * out; ++i) sums[i] += sums[part * in * out + i];
  }
  add_to_gradient(execution, instruction.slices[0], sums.data());

  if (instruction.outputs[0] < 0) return;
  const int64_t width = whole_vectors(in);
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  std::vector<float> widened(out * width), start(width);
  for (int64_t o = 0; o < out; ++o) std::copy_n(&w[o * in], in, &widened[o * width]);
  multiply(dy, widened, start, execution.mutable_floats(instruction.outputs[0]), rows, out, in,
           instruction.attributes[2] != 0);
}

}  // namespace espalier::fast
