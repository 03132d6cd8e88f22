#include "execution.h"

#include "failure.h"
#include "fast/fast.h"
#include "fast/fusion.h"
#include "kernels/kernels.h"
#include "profile.h"

#include <ATen/ops/empty.h>

namespace espalier {

Execution::Execution(Context &context, Lane &lane, const es_job &job, int32_t batch_norm_mode, Recording recording)
    : context(context),
      lane(lane),
      program(*job.program),
      batch(context.batch(job.batch)),
      batch_norm_mode(batch_norm_mode),
      recording(recording),
      readers(context.has_fast_kernels ? readers_of(program) : std::vector<int32_t>()) {
  context.reserve(lane, program.arena_bytes);
}

void Execution::run_forward() {
  run_or_replay(Part::forward);
  for (const OutputLoss &output : losses) {
    const at::Tensor host = output.both.cpu();
    loss += host.const_data_ptr<double>()[0];
    if (output.counts_hits) correct = static_cast<int64_t>(host.const_data_ptr<double>()[1]);
  }
}

void Execution::run_backward(double weight) {
  weight_ = weight;
  recording = Recording::off;
  if (!context.device.is_cpu()) {
    if (!lane.weight.defined()) lane.weight = at::empty({}, at::TensorOptions(at::kDouble).device(context.device));
    lane.weight.fill_(weight);
    // Here and not where each is first added to, so that what is captured holds additions only.
    context.touch_all(lane, program);
  }
  run_or_replay(Part::backward);
}

void Execution::run_or_replay(Part part) {
  if (context.replays_programs) {
    lane.replays.run(*this, part);
  } else {
    run(part);
  }
}

void Execution::run(Part part) {
  if (part == Part::forward) {
    run(0, program.forward_count);
  } else {
    run(program.forward_count, program.instruction_count);
  }
}

void Execution::weigh(at::Tensor &gradient, int64_t positions) const {
  if (context.device.is_cpu()) {
    gradient.mul_(weight_ / static_cast<double>(positions));
  } else {
    gradient.mul_(lane.weight).div_(static_cast<double>(positions));
  }
}

namespace {

/// The fast loops know the functions of mobile networks.
bool is_for_reference(const es_instruction &instruction) {
  switch (instruction.opcode) {
    case ES_ACTIVATION:
    case ES_ACTIVATION_BACKWARD:
    case ES_BATCH_NORM:
    case ES_NORMALISE: return instruction.attributes[0] > ES_HARD_SIGMOID;
    case ES_BATCH_NORM_BACKWARD: return instruction.attributes[1] > ES_HARD_SIGMOID;
    default: return false;
  }
}

}  // namespace

void Execution::run(int32_t from, int32_t to) {
  Profile *const profile = Profile::wanted();
  for (int32_t index = from; index < to; ++index) {
    const es_instruction &instruction = program.instructions[index];
    const auto start = profile == nullptr ? std::chrono::steady_clock::time_point() : std::chrono::steady_clock::now();
    try {
      if (const int32_t count = context.has_fast_kernels ? run_together(*this, index, to) : 0; count > 0) {
        if (profile != nullptr) profile->add(program, index + count - 1, start);
        index += count - 1;
        continue;
      }
      const bool wants_fast = context.has_fast_kernels && !is_for_reference(instruction);
      const FastKernel fast = wants_fast ? fast_kernel_of(instruction.opcode) : nullptr;
      (fast != nullptr ? fast : kernel_of(instruction.opcode)->run)(*this, instruction);
    } catch (...) {
      Failure failure = current_failure();
      failure.text = instruction_name(program, index) + ": " + failure.text;
      throw failure;
    }
    if (profile != nullptr) profile->add(program, index, start);
  }
}

at::Tensor Execution::view(int32_t buffer, at::IntArrayRef sizes, at::IntArrayRef strides, int64_t shift) const {
  const int64_t offset = program.buffers[buffer].offset;
  if (offset < 0) return view_of(*batch.input_at(offset), shift, sizes, strides);
  return view_of(lane.arena, offset / context.element_bytes() + shift, sizes, strides);
}

const float *Execution::floats(int32_t buffer) const {
  const int64_t offset = program.buffers[buffer].offset;
  if (offset < 0) return batch.input_at(offset)->const_data_ptr<float>();
  return lane.arena.const_data_ptr<float>() + offset / static_cast<int64_t>(sizeof(float));
}

float *Execution::mutable_floats(int32_t buffer) const {
  return lane.arena.mutable_data_ptr<float>() +
         program.buffers[buffer].offset / static_cast<int64_t>(sizeof(float));
}

at::Tensor Execution::flat(int32_t buffer) const {
  const int64_t *s = shape(buffer);
  return view(buffer, {s[0] * s[1] * s[2] * s[3]}, {1});
}

at::Tensor Execution::rows(int32_t buffer) const { return rows(buffer, 1, 0); }

at::Tensor Execution::rows(int32_t buffer, int64_t copies, int64_t copy) const {
  const int64_t *s = shape(buffer);
  const int64_t channels = s[3] / copies;
  return view(buffer, {s[0] * s[1] * s[2], channels}, {s[3], 1}, copy * channels);
}

at::Tensor Execution::pixels(int32_t buffer) const { return pixels(buffer, 1, 0); }

at::Tensor Execution::pixels(int32_t buffer, int64_t copies, int64_t copy) const {
  const int64_t *s = shape(buffer);
  const int64_t channels = s[3] / copies;
  return view(buffer, {s[0], s[1] * s[2], channels}, {s[1] * s[2] * s[3], s[3], 1}, copy * channels);
}

at::Tensor Execution::nhwc(int32_t buffer) const {
  const int64_t *s = shape(buffer);
  return view(buffer, {s[0], s[1], s[2], s[3]}, {s[1] * s[2] * s[3], s[2] * s[3], s[3], 1});
}

at::Tensor Execution::nchw(int32_t buffer) const { return nchw(buffer, 1, 0); }

at::Tensor Execution::nchw(int32_t buffer, int64_t copies, int64_t copy) const {
  const int64_t *s = shape(buffer);
  const int64_t channels = s[3] / copies;
  return view(buffer, {s[0], channels, s[1], s[2]}, {s[1] * s[2] * s[3], 1, s[2] * s[3], s[3]}, copy * channels);
}

at::Tensor Execution::stacked(int32_t buffer, int64_t copies) const {
  const int64_t *s = shape(buffer);
  return view(buffer, {s[0] * s[1] * s[2], copies, s[3] / copies}, {s[3], s[3] / copies, 1});
}

at::Tensor box_of(const at::Tensor &tensor, const es_slice &slice, const std::vector<int64_t> &strides) {
  int64_t offset = 0;
  for (int32_t axis = 0; axis < slice.rank; ++axis) offset += slice.offset[axis] * strides[axis];
  return view_of(tensor, offset, at::IntArrayRef(slice.extent, slice.rank), strides);
}

at::Tensor Execution::value(int32_t index) const {
  const es_slice &box = slice(index);
  const Parameter &parameter = context.parameters[box.tensor];
  return box_of(parameter.value, box, parameter.strides);
}

at::Tensor Execution::gradient(int32_t index) {
  const es_slice &box = slice(index);
  return box_of(context.touch(lane, box.tensor), box, context.parameters[box.tensor].strides);
}

int32_t Execution::operand(const es_instruction &instruction) const {
  return instruction.inputs[1] >= 0 ? instruction.inputs[1] : instruction.outputs[0];
}

at::Tensor Execution::scratch(at::IntArrayRef sizes) const { return at::empty(sizes, context.options()); }

void add_vector(Execution &execution, int32_t slice, const at::Tensor &vector) {
  if (!execution.trains(slice)) return;
  const at::Tensor gradient = execution.gradient(slice);
  gradient.add_(vector.view(gradient.sizes()));
}

void deliver(const at::Tensor &target, const at::Tensor &source, bool accumulate) {
  if (accumulate) {
    target.add_(source);
  } else {
    target.copy_(source);
  }
}

}  // namespace espalier
