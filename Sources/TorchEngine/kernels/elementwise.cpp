// Sums and copies of whole values.
#include "kernels.h"

#include <ATen/ops/add.h>

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

}  // namespace espalier
