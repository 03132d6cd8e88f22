#include "fusion.h"

#include "depthwise.h"
#include "normal.h"
#include "pointwise.h"

#include <algorithm>
#include <initializer_list>

namespace espalier {

std::vector<int32_t> readers_of(const es_program &program) {
  std::vector<int32_t> readers(program.buffer_count);
  for (int32_t index = 0; index < program.instruction_count; ++index) {
    for (const int32_t input : program.instructions[index].inputs) {
      if (input >= 0 && input < program.buffer_count) ++readers[input];
    }
  }
  ++readers[program.logits];
  return readers;
}

namespace {

bool overlap(const Execution &execution, int32_t a, int32_t b) {
  const es_buffer &first = execution.program.buffers[a], &second = execution.program.buffers[b];
  if (first.offset < 0 || second.offset < 0) return false;
  const auto end = [&](const es_buffer &buffer) {
    int64_t elements = 1;
    for (const int64_t extent : buffer.shape) elements *= extent;
    return buffer.offset + elements * execution.context.element_bytes();
  };
  return first.offset < end(second) && second.offset < end(first);
}

/// Whether the first result of `maker` is read by `reader` alone, as input `place`, and `reader` can read what `maker`
/// does while it writes: by itself it may write over operands of `maker` that have had their last use.
bool can_join(const Execution &execution, const es_instruction &maker, const es_instruction &reader, int place) {
  const int32_t value = maker.outputs[0];
  if (reader.inputs[place] != value || execution.readers[value] != 1) return false;
  for (const int32_t output : reader.outputs) {
    if (output < 0) continue;
    for (const int32_t input : maker.inputs) {
      if (input >= 0 && overlap(execution, input, output)) return false;
    }
    for (const int32_t statistic : {maker.outputs[1], maker.outputs[2]}) {
      if (statistic >= 0 && overlap(execution, statistic, output)) return false;
    }
  }
  return true;
}

/// An instruction where it is one of these and the fast loops know its function.
bool is_normal(const es_instruction &instruction, std::initializer_list<int32_t> opcodes) {
  const int function = instruction.opcode == ES_BATCH_NORM_BACKWARD ? 1 : 0;
  return std::find(opcodes.begin(), opcodes.end(), instruction.opcode) != opcodes.end() &&
         instruction.attributes[function] <= ES_HARD_SIGMOID;
}

/// The instructions from one on, up to an end: those that may run as one.
struct Following {
  const es_instruction *at(int32_t place) const { return index + place < end ? first + place : nullptr; }
  const es_instruction *first;
  int32_t index, end;
};

/// The batch norm at `place` where it wants the statistics of what `maker` writes.
const es_instruction *taker_of_moments(const Execution &execution, const es_instruction &maker,
                                       const es_instruction *next) {
  const bool takes = next != nullptr && next->opcode == ES_BATCH_NORM && next->inputs[0] == maker.outputs[0] &&
                     fast::wants_moments(execution, *next) && is_normal(*next, {ES_BATCH_NORM});
  return takes ? next : nullptr;
}

/// The batch norm's backward instruction where it wants its sums over the gradient that `maker` writes.
const es_instruction *taker_of_sums(const es_instruction &maker, const es_instruction *next) {
  const bool takes = next != nullptr && maker.outputs[0] >= 0 && is_normal(*next, {ES_BATCH_NORM_BACKWARD}) &&
                     next->inputs[0] == maker.outputs[0];
  return takes ? next : nullptr;
}

int32_t run_forward(Execution &execution, const Following &following) {
  const es_instruction &first = *following.first;
  const bool is_made = is_normal(first, {ES_BATCH_NORM});
  const es_instruction *body = following.at(is_made ? 1 : 0);
  if (body == nullptr || (is_made && !can_join(execution, first, *body, 0))) return 0;
  const es_instruction *before = is_made ? &first : nullptr;
  const es_instruction *after = taker_of_moments(execution, *body, following.at(is_made ? 2 : 1));
  if (before == nullptr && after == nullptr) return 0;
  if (body->opcode == ES_DEPTHWISE) {
    fast::depthwise(execution, *body, before, after);
  } else if (fast::is_pointwise(execution, *body)) {
    fast::pointwise(execution, *body, before, after);
  } else {
    return 0;
  }
  return is_made ? 2 : 1;
}

int32_t run_depthwise_backward(Execution &execution, const Following &following) {
  const es_instruction &first = *following.first;
  const bool is_made = is_normal(first, {ES_NORMALISE});
  const es_instruction *body = following.at(is_made ? 1 : 0);
  if (body == nullptr || body->opcode != ES_DEPTHWISE_BACKWARD) return 0;
  if (is_made && !can_join(execution, first, *body, 1)) return 0;
  const es_instruction *after = taker_of_sums(*body, following.at(is_made ? 2 : 1));
  if (!is_made && after == nullptr) return 0;
  fast::depthwise_backward(execution, *body, is_made ? &first : nullptr, after);
  return is_made ? 2 : 1;
}

int32_t run_pointwise_backward(Execution &execution, const Following &following) {
  int32_t place = 0;
  const es_instruction *gradient_maker = nullptr, *input_maker = nullptr;
  if (const es_instruction *maker = following.at(place);
      is_normal(*maker, {ES_BATCH_NORM_BACKWARD}) && maker->attributes[0] == 0) {
    gradient_maker = maker;
    ++place;
  }
  if (const es_instruction *maker = following.at(place); maker != nullptr && is_normal(*maker, {ES_NORMALISE})) {
    input_maker = maker;
    ++place;
  }
  const es_instruction *body = following.at(place);
  if (body == nullptr || !fast::is_pointwise_backward(execution, *body)) return 0;
  if (gradient_maker != nullptr && !can_join(execution, *gradient_maker, *body, 0)) return 0;
  if (input_maker != nullptr && !can_join(execution, *input_maker, *body, 1)) return 0;
  const es_instruction *after = taker_of_sums(*body, following.at(place + 1));
  if (place == 0 && after == nullptr) return 0;
  fast::pointwise_backward(execution, *body, gradient_maker, input_maker, after);
  return place + 1;
}

}  // namespace

int32_t run_together(Execution &execution, int32_t index, int32_t end) {
  const Following following{execution.program.instructions + index, index, end};
  for (const auto run : {run_forward, run_depthwise_backward, run_pointwise_backward}) {
    if (const int32_t count = run(execution, following); count > 0) return count;
  }
  return 0;
}

}  // namespace espalier
