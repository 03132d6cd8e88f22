#include "fusion.h"

#include "depthwise.h"

#include <algorithm>

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

}  // namespace

int32_t run_together(Execution &execution, int32_t index, int32_t end) {
  if (index + 1 >= end) return 0;
  const es_instruction &first = execution.program.instructions[index];
  const es_instruction &second = execution.program.instructions[index + 1];
  const bool makes_normal = first.opcode == ES_BATCH_NORM || first.opcode == ES_NORMALISE;
  if (!makes_normal || first.attributes[0] > ES_HARD_SIGMOID) return 0;
  if (first.opcode == ES_BATCH_NORM && second.opcode == ES_DEPTHWISE && can_join(execution, first, second, 0)) {
    fast::normal_depthwise(execution, first, second);
    return 2;
  }
  if (first.opcode == ES_NORMALISE && second.opcode == ES_DEPTHWISE_BACKWARD &&
      can_join(execution, first, second, 1)) {
    fast::normal_depthwise_backward(execution, first, second);
    return 2;
  }
  return 0;
}

}  // namespace espalier
