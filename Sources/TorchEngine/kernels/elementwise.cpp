// Sums, products and copies of whole values.
#include "kernels.h"

#include <ATen/ops/add.h>
#include <ATen/ops/mul.h>

namespace espalier {

namespace {

void run_add(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.flat(instruction.outputs[0]);
  at::add_out(y, execution.flat(instruction.inputs[0]), execution.flat(instruction.inputs[1]));
}

void run_copy(Execution &execution, const es_instruction &instruction) {
  deliver(execution.flat(instruction.outputs[0]), execution.flat(instruction.inputs[0]),
          instruction.attributes[0] != 0);
}

void run_multiply(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.flat(instruction.outputs[0]);
  at::mul_out(y, execution.flat(instruction.inputs[0]), execution.flat(instruction.inputs[1]));
}

void run_multiply_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = execution.flat(instruction.inputs[0]);
  for (int operand = 0; operand < 2; ++operand) {
    if (instruction.outputs[operand] < 0) continue;
    at::Tensor gradient = execution.flat(instruction.outputs[operand]);
    const at::Tensor other = execution.flat(instruction.inputs[2 - operand]);
    if (instruction.attributes[operand] != 0) {
      gradient.addcmul_(dy, other);
    } else {
      at::mul_out(gradient, dy, other);
    }
  }
}

void run_zero(Execution &execution, const es_instruction &instruction) {
  execution.flat(instruction.outputs[0]).zero_();
}

}  // namespace

const Kernel add{"add",
                 [](const Check &c) {
                   c.same_shape(c.input(1), c.input(0), "b");
                   c.same_shape(c.output(0), c.input(0), "y");
                 },
                 run_add, Direction::forward, Operands::may_coincide};

const Kernel copy{"copy",
                  [](const Check &c) {
                    c.attribute(0, 0, 1);
                    c.same_shape(c.output(0), c.input(0), "dst");
                  },
                  run_copy, Direction::forward, Operands::may_coincide};

const Kernel multiply{"multiply",
                      [](const Check &c) {
                        c.same_shape(c.input(1), c.input(0), "b");
                        c.same_shape(c.output(0), c.input(0), "y");
                      },
                      run_multiply, Direction::forward, Operands::may_coincide};

const Kernel multiply_backward{"multiply_backward",
                               [](const Check &c) {
                                 c.same_shape(c.input(2), c.input(1), "b");
                                 c.same_shape(c.input(0), c.input(1), "dy");
                                 for (int operand = 0; operand < 2; ++operand) {
                                   c.attribute(operand, 0, 1);
                                   if (c.has_output(operand)) c.same_shape(c.output(operand), c.input(1), "a gradient");
                                 }
                               },
                               run_multiply_backward, Direction::backward};

const Kernel zero{"zero", [](const Check &c) { c.output(0); }, run_zero};

}  // namespace espalier
