#include "check.h"

#include "failure.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace espalier {

namespace {

constexpr int64_t kLimit = int64_t{1} << 46;

int64_t elements_of(const es_buffer &buffer) {
  int64_t elements = 1;
  for (const int64_t extent : buffer.shape) {
    if (extent < 1 || extent > kLimit / elements) return -1;
    elements *= extent;
  }
  return elements;
}

void check_buffers(const Context &context, const es_program &program, const Batch &batch) {
  for (int32_t index = 0; index < program.buffer_count; ++index) {
    const es_buffer &buffer = program.buffers[index];
    const auto refuse = [index](const std::string &text) {
      throw Failure(ES_INVALID, "buffer " + std::to_string(index) + ": " + text);
    };
    const int64_t elements = elements_of(buffer);
    if (elements < 0) refuse("an axis is empty or enormous");
    if (buffer.offset >= -1 - INT32_MAX && buffer.offset < 0) {
      const at::Tensor *input = batch.input_at(buffer.offset);
      if (input == nullptr) {
        refuse("nothing was written to input " + std::to_string(-1 - buffer.offset) + " of the batch");
      }
      if (input->sizes() != at::IntArrayRef(buffer.shape, 4)) refuse("the shape is not that of the job's batch");
      continue;
    }
    if (buffer.offset < 0 || buffer.offset % context.element_bytes() != 0) {
      refuse("offset " + std::to_string(buffer.offset) + " is not a multiple of the element size");
    }
    const int64_t bytes = elements * context.element_bytes();
    if (bytes > program.arena_bytes || buffer.offset > program.arena_bytes - bytes) {
      refuse("it ends outside the arena of " + std::to_string(program.arena_bytes) + " bytes");
    }
  }
}

void check_slices(const Context &context, const es_program &program) {
  for (int32_t index = 0; index < program.slice_count; ++index) {
    const es_slice &slice = program.slices[index];
    const auto refuse = [index](const std::string &text) {
      throw Failure(ES_INVALID, "slice " + std::to_string(index) + ": " + text);
    };
    if (slice.tensor < 0 || static_cast<size_t>(slice.tensor) >= context.parameters.size()) {
      refuse("there is no tensor " + std::to_string(slice.tensor));
    }
    const auto &shape = context.parameters[slice.tensor].shape;
    if (slice.rank != static_cast<int32_t>(shape.size())) {
      refuse("rank " + std::to_string(slice.rank) + " of tensor " + std::to_string(slice.tensor) + " of rank " +
             std::to_string(shape.size()));
    }
    for (int32_t axis = 0; axis < slice.rank; ++axis) {
      const int64_t offset = slice.offset[axis], extent = slice.extent[axis];
      if (offset < 0 || extent < 1 || offset > shape[axis] || extent > shape[axis] - offset) {
        refuse("axis " + std::to_string(axis) + " takes " + std::to_string(extent) + " from " + std::to_string(offset) +
               " of " + std::to_string(shape[axis]) + " in tensor " + std::to_string(slice.tensor));
      }
    }
  }
}

/// What a program is trained on.
bool is_loss(int32_t opcode) { return opcode == ES_CROSS_ENTROPY || opcode == ES_CONTRAST; }

void check_index(int32_t index, int32_t count, const char *kind) {
  if (index < -1 || index >= count) {
    throw Failure(ES_INVALID, "there is no " + std::string(kind) + " " + std::to_string(index));
  }
}

/// Outputs are in the arena and overlap neither each other nor, elementwise kernels in place aside, an input.
void check_overlap(const Context &context, const es_program &program, const es_instruction &instruction,
                   bool elementwise) {
  const auto bytes = [&](const es_buffer &buffer) { return elements_of(buffer) * context.element_bytes(); };
  const auto overlap = [&](const es_buffer &a, const es_buffer &b) {
    return b.offset >= 0 && a.offset < b.offset + bytes(b) && b.offset < a.offset + bytes(a);
  };
  for (int first = 0; first < 3; ++first) {
    if (instruction.outputs[first] < 0) continue;
    const es_buffer &output = program.buffers[instruction.outputs[first]];
    if (output.offset < 0) throw Failure(ES_INVALID, "an output is the batch's images");
    for (int second = first + 1; second < 3; ++second) {
      if (instruction.outputs[second] >= 0 && overlap(output, program.buffers[instruction.outputs[second]])) {
        throw Failure(ES_INVALID, "two outputs overlap");
      }
    }
    for (const int32_t operand : instruction.inputs) {
      if (operand < 0) continue;
      const es_buffer &input = program.buffers[operand];
      const bool in_place = elementwise && input.offset == output.offset;
      if (!in_place && overlap(output, input)) throw Failure(ES_INVALID, "an output overlaps an input");
    }
  }
}

void check_instruction(const Context &context, const es_program &program, const Batch &batch,
                       const es_instruction &instruction, bool in_forward) {
  for (const int32_t index : instruction.inputs) check_index(index, program.buffer_count, "buffer");
  for (const int32_t index : instruction.outputs) check_index(index, program.buffer_count, "buffer");
  for (const int32_t index : instruction.slices) check_index(index, program.slice_count, "slice");
  const Kernel &kernel = *kernel_of(instruction.opcode);
  if (in_forward && kernel.direction == Direction::backward) {
    throw Failure(ES_INVALID, "a backward instruction in the forward part");
  }
  if (!in_forward && is_loss(instruction.opcode)) {
    throw Failure(ES_INVALID, "a loss in the backward part");
  }
  kernel.check(Check(context, program, batch, instruction));
  check_overlap(context, program, instruction, kernel.operands == Operands::may_coincide);
}

}  // namespace

const int64_t *Check::input(int index) const {
  const int32_t buffer = instruction_.inputs[index];
  if (buffer < 0) throw Failure(ES_INVALID, "input " + std::to_string(index) + " is absent");
  return program_.buffers[buffer].shape;
}

const int64_t *Check::output(int index) const {
  const int32_t buffer = instruction_.outputs[index];
  if (buffer < 0) throw Failure(ES_INVALID, "output " + std::to_string(index) + " is absent");
  return program_.buffers[buffer].shape;
}

const int64_t *Check::operand() const {
  if (has_input(1)) return input(1);
  require(!context_.parameters[slice(0).tensor].trained, "the weights are trained, but their operand is absent");
  return output(0);
}

const es_slice &Check::slice(int index) const {
  const int32_t slice = instruction_.slices[index];
  if (slice < 0) throw Failure(ES_INVALID, "slice operand " + std::to_string(index) + " is absent");
  return program_.slices[slice];
}

int32_t Check::attribute(int index, int32_t lowest, int32_t highest) const {
  const int32_t value = instruction_.attributes[index];
  if (value < lowest || value > highest) {
    throw Failure(ES_INVALID, "attribute " + std::to_string(index) + " is " + std::to_string(value) + ", not " +
                                  std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return value;
}

void Check::same_shape(const int64_t *a, const int64_t *b, const char *text) const {
  shape(a, b[0], b[1], b[2], b[3], text);
}

void Check::shape(const int64_t *shape, int64_t n, int64_t h, int64_t w, int64_t c, const char *text) const {
  if (shape[0] == n && shape[1] == h && shape[2] == w && shape[3] == c) return;
  const auto list = [](int64_t a, int64_t b, int64_t c, int64_t d) {
    return "[" + std::to_string(a) + ", " + std::to_string(b) + ", " + std::to_string(c) + ", " + std::to_string(d) +
           "]";
  };
  throw Failure(ES_INVALID, std::string(text) + " is " + list(shape[0], shape[1], shape[2], shape[3]) + ", not " +
                                list(n, h, w, c));
}

void Check::vector_slice(int index, int64_t channels, const char *text) const {
  const es_slice &vector = slice(index);
  const int64_t count = vector.rank == 2 ? vector.extent[0] * vector.extent[1] : vector.extent[0];
  if (vector.rank > 2 || count != channels) {
    throw Failure(ES_INVALID, std::string(text) + " has not " + std::to_string(channels) + " elements");
  }
}

void check_job(const Context &context, const es_job &job, Passes passes) {
  require(job.program != nullptr, "a job has no program");
  require(std::isfinite(job.multiplicity) && job.multiplicity >= 1, "a job's multiplicity is not 1 or more");
  const es_program &program = *job.program;
  const Batch &batch = context.batch(job.batch);
  require(program.forward_count >= 0 && program.forward_count <= program.instruction_count &&
              program.buffer_count >= 0 && program.slice_count >= 0,
          "a count of the program is negative or too large");
  require(program.arena_bytes >= 0 && program.arena_bytes < kLimit, "the arena is of a negative or enormous size");
  require(program.logits >= 0 && program.logits < program.buffer_count, "the logits are no buffer of the program");
  check_buffers(context, program, batch);
  check_slices(context, program);
  const int32_t end = passes == Passes::forward ? program.forward_count : program.instruction_count;
  std::vector<int> losses(1, 0);
  for (int32_t index = 0; index < end; ++index) {
    const es_instruction &instruction = program.instructions[index];
    if (kernel_of(instruction.opcode) == nullptr) {
      throw Failure(ES_INVALID, "instruction " + std::to_string(index) + ": there is no opcode " +
                                    std::to_string(instruction.opcode));
    }
    try {
      check_instruction(context, program, batch, instruction, index < program.forward_count);
    } catch (Failure &failure) {
      failure.text = instruction_name(program, index) + ": " + failure.text;
      throw;
    }
    if (!is_loss(instruction.opcode)) continue;
    const auto output =
        instruction.opcode == ES_CROSS_ENTROPY ? static_cast<size_t>(instruction.attributes[0]) : size_t{0};
    if (losses.size() <= output) losses.resize(output + 1, 0);
    ++losses[output];
  }
  require(losses[0] == 1 || (passes == Passes::forward && end > 0 && losses[0] == 0 && losses.size() == 1),
          "the forward part has not exactly one cross-entropy");
  for (const int count : losses) require(count <= 1, "an output has several cross-entropies");
}

}  // namespace espalier
