// Channels copied, dealt out anew, and weighed against each other at each position.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>

namespace espalier {

namespace {

void check_copy(const Check &check) {
  const int64_t *from = check.input(0), *to = check.output(0);
  check.shape(to, from[0], from[1], from[2], to[3], "dst");
  const int64_t first = check.attribute(0, 0, INT32_MAX), place = check.attribute(1, 0, INT32_MAX);
  const int64_t count = check.attribute(2, 1, INT32_MAX);
  require(first + count <= from[3], "channels that src has not are read");
  require(place + count <= to[3], "channels that dst has not are written");
  check.attribute(3, 0, 1);
}

void run_copy(Execution &execution, const es_instruction &instruction) {
  const int64_t count = instruction.attributes[2];
  deliver(execution.rows(instruction.outputs[0]).narrow(1, instruction.attributes[1], count),
          execution.rows(instruction.inputs[0]).narrow(1, instruction.attributes[0], count),
          instruction.attributes[3] != 0);
}

void check_shuffle(const Check &check) {
  check.same_shape(check.output(0), check.input(0), "y");
  require(check.input(0)[3] % check.attribute(0, 1, INT32_MAX) == 0, "the groups do not divide the channels");
  check.attribute(1, 0, 1);
}

void run_shuffle(Execution &execution, const es_instruction &instruction) {
  const int64_t groups = instruction.attributes[0];
  const at::Tensor x = execution.rows(instruction.inputs[0]), y = execution.rows(instruction.outputs[0]);
  const int64_t rows = x.size(0), rest = x.size(1) / groups;
  deliver(y.view({rows, rest, groups}), x.view({rows, groups, rest}).transpose(1, 2), instruction.attributes[1] != 0);
}

void check_softmax(const Check &check, const int64_t *x, const int64_t *y) {
  const int64_t parts = check.attribute(0, 1, kMostCopies), groups = check.attribute(1, 1, kMostCopies);
  require(x[3] % (parts * groups) == 0, "the parts of the groups do not divide the channels");
  check.same_shape(y, x, "y");
}

/// A value with channels [groups, parts, rest], as [rows, groups, parts, rest].
at::Tensor scores(const Execution &execution, int32_t buffer, const es_instruction &instruction) {
  const int64_t parts = instruction.attributes[0], groups = instruction.attributes[1];
  const at::Tensor rows = execution.rows(buffer);
  return rows.view({rows.size(0), groups, parts, rows.size(1) / (parts * groups)});
}

/// A value with channels [parts, groups, rest], with the axes of `scores`.
at::Tensor shares(const Execution &execution, int32_t buffer, const es_instruction &instruction) {
  const int64_t parts = instruction.attributes[0], groups = instruction.attributes[1];
  const at::Tensor rows = execution.rows(buffer);
  return rows.view({rows.size(0), parts, groups, rows.size(1) / (parts * groups)}).transpose(1, 2);
}

void run_softmax(Execution &execution, const es_instruction &instruction) {
  shares(execution, instruction.outputs[0], instruction)
      .copy_(at::_softmax(scores(execution, instruction.inputs[0], instruction), 2, false));
}

void run_softmax_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = shares(execution, instruction.inputs[0], instruction);
  const at::Tensor y = shares(execution, instruction.inputs[1], instruction);
  deliver(scores(execution, instruction.outputs[0], instruction),
          at::_softmax_backward_data(dy.contiguous(), y.contiguous(), 2, y.scalar_type()),
          instruction.attributes[2] != 0);
}

}  // namespace

const Kernel copy_channels{"copy_channels", check_copy, run_copy};

const Kernel shuffle{"shuffle", check_shuffle, run_shuffle};

const Kernel softmax{"softmax", [](const Check &c) { check_softmax(c, c.input(0), c.output(0)); }, run_softmax};

const Kernel softmax_backward{"softmax_backward",
                              [](const Check &c) {
                                check_softmax(c, c.input(1), c.input(0));
                                c.same_shape(c.output(0), c.input(1), "dx");
                                c.attribute(2, 0, 1);
                              },
                              run_softmax_backward, Direction::backward};

}  // namespace espalier
