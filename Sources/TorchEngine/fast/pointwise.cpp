// A general matrix product spends much of its time on packing the long factor where the other is narrow; and what is
// computed for a piece of rows while they are in the cache need not be written, or not be read again.
#include "pointwise.h"

#include "normal.h"

#include "../kernels/kernels.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace espalier::fast {

namespace {

/// The factor, and the sums of a weight's gradient, stay in the cache: they have at most this many rows and columns,
/// or are no larger than this in all.
constexpr int64_t kWidest = 256, kLargest = 9 << 14;
constexpr int64_t kGrain = 1 << 20;  ///< multiply-adds from which it pays to give another thread a part
/// Elements of the rows of all operands that are in the cache at once.
constexpr int64_t kPiece = 1 << 16;
/// Rows whose products are summed in float32 before they go to float64.
constexpr int64_t kMostPending = 4096;

bool is_small(const Execution &execution, const es_instruction &instruction) {
  const int64_t *w = execution.slice(instruction.slices[0]).extent;
  const bool is_narrow = w[0] <= kWidest && w[3] <= kWidest;
  return instruction.attributes[0] == 1 && instruction.attributes[1] == 1 && (is_narrow || w[0] * w[3] <= kLargest);
}

int64_t whole_vectors(int64_t count) {
  const int64_t width = best_loops().width;
  return (count + width - 1) / width * width;
}

/// result (+)= start + a b, with the small factor laid out once.
struct Factor {
  Factor(int64_t inner, int64_t columns)
      : inner(inner), columns(columns), width(whole_vectors(columns)), values(inner * width), start(width) {}
  void multiply(const float *a, float *result, int64_t rows, bool accumulate) const {
    best_loops().multiply({.a = a,
                           .b = values.data(),
                           .start = start.data(),
                           .result = result,
                           .rows = rows,
                           .inner = inner,
                           .columns = columns,
                           .width = width,
                           .accumulate = accumulate});
  }
  int64_t inner, columns, width;
  std::vector<float> values, start;
};

/// sums [first, second] += a^T b, over rows that come in pieces.
class WeightSums {
 public:
  WeightSums(int64_t first, int64_t second)
      : first_(first), second_(second), width_(whole_vectors(second)), pending_(first * width_) {}

  void add(const float *a, const float *b, int64_t rows) {
    best_loops().correlate(
        {.a = a, .b = b, .sums = pending_.data(), .rows = rows, .first = first_, .second = second_, .width = width_});
    rows_ += rows;
    if (rows_ < kMostPending) return;
    sums_.resize(first_ * second_);
    settle(sums_);
    std::fill(pending_.begin(), pending_.end(), 0.0f);
    rows_ = 0;
  }

  /// Adds them to `all` [first, second].
  void add_to(std::vector<double> &all) {
    if (sums_.empty()) return settle(all);
    settle(sums_);
    std::transform(sums_.begin(), sums_.end(), all.begin(), all.begin(), std::plus());
  }

 private:
  void settle(std::vector<double> &sums) const {
    for (int64_t f = 0; f < first_; ++f) {
      for (int64_t s = 0; s < second_; ++s) sums[f * second_ + s] += pending_[f * width_ + s];
    }
  }

  int64_t first_, second_, width_, rows_ = 0;
  std::vector<float> pending_;
  std::vector<double> sums_;  ///< empty while there are only pending ones
};

/// Calls body(from, rows) for pieces of the rows from ..< to.
template <typename Body>
void for_pieces(int64_t from, int64_t to, int64_t row, const Body &body) {
  const int64_t most = std::min(kMostPending, std::max<int64_t>(kPiece / row / 16 * 16, 16));
  for (; from < to; from += most) body(from, std::min(most, to - from));
}

}  // namespace

bool is_pointwise(const Execution &execution, const es_instruction &instruction) {
  return instruction.opcode == ES_CONVOLUTION && is_small(execution, instruction);
}

bool is_pointwise_backward(const Execution &execution, const es_instruction &instruction) {
  return instruction.opcode == ES_CONVOLUTION_BACKWARD && instruction.slices[1] < 0 &&
         is_small(execution, instruction);
}

void pointwise(Execution &execution, const es_instruction &instruction, const es_instruction *before,
               const es_instruction *after) {
  const int32_t input = before == nullptr ? instruction.inputs[0] : before->inputs[0];
  const int64_t rows = rows_of(execution, input), in = execution.shape(input)[3];
  const int64_t out = execution.shape(instruction.outputs[0])[3];
  const std::vector<float> w = packed(execution, instruction.slices[0]);
  Factor factor(in, out);
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) factor.values[i * factor.width + o] = w[o * in + i];
  }
  if (instruction.slices[1] >= 0) {
    const std::vector<float> bias = packed(execution, instruction.slices[1]);
    std::copy(bias.begin(), bias.end(), factor.start.begin());
  }
  std::optional<NormalOf> normal;
  if (before != nullptr) {
    normal = before->opcode == ES_BATCH_NORM ? find_statistics(execution, *before) : known_statistics(execution, *before);
  }
  const float *x = execution.floats(input);
  float *y = execution.mutable_floats(instruction.outputs[0]);
  const int64_t grain = std::max<int64_t>(1, kGrain / (in * out));
  std::vector<Moments> moments(parts_of(rows, grain));
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    std::vector<float> room;
    for_pieces(from, to, in + out, [&](int64_t row, int64_t count) {
      const float *a = x + row * in;
      if (normal) {
        room.resize(count * in);
        best_loops().normalise(normal->loop(before->attributes[0]), a, room.data(), count);
        a = room.data();
      }
      factor.multiply(a, y + row * out, count, /*accumulate=*/false);
      if (after != nullptr) moments[part].merge(Moments::of(y + row * out, count, out));
    });
  });
  if (after != nullptr) leave_moments(execution, *after, std::move(moments));
}

void pointwise_backward(Execution &execution, const es_instruction &instruction, const es_instruction *gradient_maker,
                        const es_instruction *input_maker, const es_instruction *after) {
  const int32_t input = input_maker == nullptr ? execution.operand(instruction) : input_maker->inputs[0];
  const int64_t rows = rows_of(execution, input), in = execution.shape(input)[3];
  const int64_t out = execution.shape(instruction.inputs[0])[3];
  const bool has_dx = instruction.outputs[0] >= 0, accumulate = instruction.attributes[2] != 0;
  const bool trains = execution.trains(instruction.slices[0]);
  Factor factor(out, in);
  if (has_dx) {
    const std::vector<float> w = packed(execution, instruction.slices[0]);
    for (int64_t o = 0; o < out; ++o) std::copy_n(&w[o * in], in, &factor.values[o * factor.width]);
  }
  std::optional<NormalGradient> gradient;
  if (gradient_maker != nullptr) gradient.emplace(execution, *gradient_maker);
  std::optional<NormalOf> normal;
  if (input_maker != nullptr) normal = known_statistics(execution, *input_maker);
  const int64_t grain = std::max<int64_t>(1, kGrain / (in * out)), parts = parts_of(rows, grain);
  std::optional<NormalSums> following;
  if (after != nullptr) following.emplace(execution, *after, parts);

  const float *dy = gradient ? nullptr : execution.floats(instruction.inputs[0]), *x = execution.floats(input);
  float *dx = has_dx ? execution.mutable_floats(instruction.outputs[0]) : nullptr;
  std::vector<WeightSums> sums;
  if (trains) sums.assign(parts, WeightSums(out, in));
  for_parts(rows, grain, [&](int64_t part, int64_t from, int64_t to) {
    std::vector<float> gradient_room, input_room;
    for_pieces(from, to, in + out, [&](int64_t row, int64_t count) {
      const float *a = dy + row * out, *b = x + row * in;
      if (gradient) {
        gradient_room.resize(count * out);
        gradient->write(row, count, gradient_room.data(), /*accumulate=*/false);
        a = gradient_room.data();
      }
      if (normal && trains) {
        input_room.resize(count * in);
        best_loops().normalise(normal->loop(input_maker->attributes[0]), b, input_room.data(), count);
        b = input_room.data();
      }
      if (trains) sums[part].add(a, b, count);
      if (!has_dx) return;
      factor.multiply(a, dx + row * in, count, accumulate);
      if (following) following->add(part, dx + row * in, row, count);
    });
  });
  if (trains) {
    std::vector<double> all(in * out);
    for (WeightSums &own : sums) own.add_to(all);
    add_to_gradient(execution, instruction.slices[0], all.data());
  }
  if (following) following->leave(execution);
}

void convolution(Execution &execution, const es_instruction &instruction) {
  if (!is_pointwise(execution, instruction)) return espalier::convolution.run(execution, instruction);
  pointwise(execution, instruction, nullptr, nullptr);
}

void convolution_backward(Execution &execution, const es_instruction &instruction) {
  if (!is_pointwise_backward(execution, instruction)) {
    return espalier::convolution_backward.run(execution, instruction);
  }
  pointwise_backward(execution, instruction, nullptr, nullptr, nullptr);
}

}  // namespace espalier::fast
