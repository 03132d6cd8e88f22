// Split-Attention's parts: the c axis holds copies of C channels, copies-major.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sum.h>

namespace espalier {

namespace {

/// Checks that `wide` is `narrow` with `copies` times the channels.
void check_copies(const Check &check, const int64_t *wide, const int64_t *narrow, int64_t copies) {
  check.shape(wide, narrow[0], narrow[1], narrow[2], narrow[3] * copies, "the value with the copies");
}

int64_t checked_copies(const Check &check) { return check.attribute(0, 1, kMostCopies); }

void run_sum(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.rows(instruction.outputs[0]);
  at::sum_out(y, execution.stacked(instruction.inputs[0], instruction.attributes[0]), at::IntArrayRef{1});
}

void run_sum_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dx = execution.stacked(instruction.outputs[0], instruction.attributes[0]);
  deliver(dx, execution.rows(instruction.inputs[0]).unsqueeze(1), instruction.attributes[1] != 0);
}

void check_softmax(const Check &check, const int64_t *x, const int64_t *y) {
  require(x[1] == 1 && x[2] == 1, "x is no vector");
  require(x[3] % checked_copies(check) == 0, "the channels are no multiple of the copies");
  check.same_shape(y, x, "y");
}

void run_softmax(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.stacked(instruction.outputs[0], instruction.attributes[0]);
  at::_softmax_out(y, execution.stacked(instruction.inputs[0], instruction.attributes[0]), 1, false);
}

void run_softmax_backward(Execution &execution, const es_instruction &instruction) {
  const int64_t copies = instruction.attributes[0];
  const at::Tensor dy = execution.stacked(instruction.inputs[0], copies);
  const at::Tensor y = execution.stacked(instruction.inputs[1], copies);
  at::Tensor dx = execution.stacked(instruction.outputs[0], copies);
  if (instruction.attributes[1] != 0) {
    dx.add_(at::_softmax_backward_data(dy, y, 1, y.scalar_type()));
  } else {
    at::_softmax_backward_data_out(dx, dy, y, 1, y.scalar_type());
  }
}

void check_weighted_sum(const Check &check, const int64_t *x, const int64_t *a, const int64_t *y) {
  check_copies(check, x, y, checked_copies(check));
  check.shape(a, x[0], 1, 1, x[3], "a");
}

void run_weighted_sum(Execution &execution, const es_instruction &instruction) {
  const int64_t copies = instruction.attributes[0];
  at::Tensor y = execution.pixels(instruction.outputs[0]);
  for (int64_t copy = 0; copy < copies; ++copy) {
    const at::Tensor x = execution.pixels(instruction.inputs[0], copies, copy);
    const at::Tensor a = execution.pixels(instruction.inputs[1], copies, copy);
    if (copy == 0) {
      at::mul_out(y, x, a);
    } else {
      y.addcmul_(x, a);
    }
  }
}

void run_weighted_sum_backward(Execution &execution, const es_instruction &instruction) {
  const int64_t copies = instruction.attributes[0];
  const at::Tensor dy = execution.pixels(instruction.inputs[0]);
  at::Tensor products = execution.scratch(dy.sizes());
  for (int64_t copy = 0; copy < copies; ++copy) {
    const at::Tensor x = execution.pixels(instruction.inputs[1], copies, copy);
    const at::Tensor a = execution.pixels(instruction.inputs[2], copies, copy);
    at::Tensor dx = execution.pixels(instruction.outputs[0], copies, copy);
    if (instruction.attributes[1] != 0) {
      dx.addcmul_(dy, a);
    } else {
      at::mul_out(dx, dy, a);
    }
    at::mul_out(products, dy, x);
    deliver(execution.rows(instruction.outputs[1], copies, copy), products.sum(1), instruction.attributes[2] != 0);
  }
}

}  // namespace

const Kernel copies_sum{"copies_sum",
                        [](const Check &c) { check_copies(c, c.input(0), c.output(0), checked_copies(c)); }, run_sum};

const Kernel copies_sum_backward{"copies_sum_backward",
                                 [](const Check &c) {
                                   check_copies(c, c.output(0), c.input(0), checked_copies(c));
                                   c.attribute(1, 0, 1);
                                 },
                                 run_sum_backward, Direction::backward};

const Kernel copies_softmax{"copies_softmax", [](const Check &c) { check_softmax(c, c.input(0), c.output(0)); },
                            run_softmax};

const Kernel copies_softmax_backward{"copies_softmax_backward",
                                     [](const Check &c) {
                                       check_softmax(c, c.input(1), c.input(0));
                                       c.same_shape(c.output(0), c.input(1), "dx");
                                       c.attribute(1, 0, 1);
                                     },
                                     run_softmax_backward, Direction::backward};

const Kernel copies_weighted_sum{"copies_weighted_sum",
                                 [](const Check &c) { check_weighted_sum(c, c.input(0), c.input(1), c.output(0)); },
                                 run_weighted_sum};

const Kernel copies_weighted_sum_backward{"copies_weighted_sum_backward",
                                          [](const Check &c) {
                                            check_weighted_sum(c, c.input(1), c.input(2), c.input(0));
                                            c.same_shape(c.output(0), c.input(1), "dx");
                                            c.same_shape(c.output(1), c.input(2), "da");
                                            c.attribute(1, 0, 1);
                                            c.attribute(2, 0, 1);
                                          },
                                          run_weighted_sum_backward, Direction::backward};

}  // namespace espalier
