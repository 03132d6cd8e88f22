// A channel scale that is broadcast over h and w (squeeze-and-excite).
#include "kernels.h"

#include <ATen/ops/mul.h>
#include <ATen/ops/sum.h>

namespace espalier {

namespace {

void check_scale(const Check &check, const int64_t *x, const int64_t *s, const int64_t *y) {
  check.shape(s, x[0], 1, 1, x[3], "s");
  check.same_shape(y, x, "y");
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.pixels(instruction.outputs[0]);
  at::mul_out(y, execution.pixels(instruction.inputs[0]), execution.pixels(instruction.inputs[1]));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = execution.pixels(instruction.inputs[0]), x = execution.pixels(instruction.inputs[1]);
  const at::Tensor s = execution.pixels(instruction.inputs[2]);
  at::Tensor dx = execution.pixels(instruction.outputs[0]);
  at::Tensor ds = execution.rows(instruction.outputs[1]);
  const at::Tensor products = dy.mul(x);
  if (instruction.attributes[1] != 0) {
    ds.add_(products.sum(1));
  } else {
    at::sum_out(ds, products, at::IntArrayRef{1});
  }
  if (instruction.attributes[0] != 0) {
    dx.addcmul_(dy, s);
  } else {
    at::mul_out(dx, dy, s);
  }
}

}  // namespace

const Kernel scale{"scale", [](const Check &c) { check_scale(c, c.input(0), c.input(1), c.output(0)); }, run_forward};

const Kernel scale_backward{"scale_backward",
                            [](const Check &c) {
                              check_scale(c, c.input(1), c.input(2), c.input(0));
                              c.attribute(0, 0, 1);
                              c.attribute(1, 0, 1);
                              c.same_shape(c.output(0), c.input(1), "dx");
                              c.same_shape(c.output(1), c.input(2), "ds");
                            },
                            run_backward, Direction::backward};

}  // namespace espalier
