// Channels multiplied by numbers of a parameter: FBNetV2's masks (arXiv 2004.05565), and the sum of weighted alternatives
// of different widths.
#include "kernels.h"

#include "../failure.h"

namespace espalier {

namespace {

void check_mask(const Check &check, const int64_t *x, const int64_t *y) {
  check.shape(y, x[0], x[1], x[2], y[3], "y");
  const es_slice &m = check.slice(0);
  require(m.rank == 1, "the mask is no vector");
  require(m.extent[0] <= x[3] && m.extent[0] <= y[3], "the mask has more elements than x or y has channels");
  check.attribute(0, 0, 1);
}

/// What of a value's channels the mask is for, [n*h*w, k].
at::Tensor masked(const Execution &execution, int32_t buffer, int32_t slice) {
  return execution.rows(buffer).narrow(1, 0, execution.slice(slice).extent[0]);
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const int32_t m = instruction.slices[0], target = instruction.outputs[0];
  const at::Tensor x = masked(execution, instruction.inputs[0], m), y = masked(execution, target, m);
  if (instruction.attributes[0] != 0) {
    y.addcmul_(x, execution.value(m));
    return;
  }
  const at::Tensor whole = execution.rows(target);
  if (y.size(1) < whole.size(1)) whole.narrow(1, y.size(1), whole.size(1) - y.size(1)).zero_();
  y.copy_(x.mul(execution.value(m)));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t m = instruction.slices[0], target = instruction.outputs[0];
  const at::Tensor dy = masked(execution, instruction.inputs[0], m);
  if (execution.trains(m)) {
    require(instruction.inputs[1] >= 0, "the mask is trained, but its operand is absent");
    execution.gradient(m).add_(dy.mul(masked(execution, instruction.inputs[1], m)).sum(0));
  }
  if (target < 0) return;
  const at::Tensor dx = masked(execution, target, m);
  if (instruction.attributes[0] != 0) {
    dx.addcmul_(dy, execution.value(m));
    return;
  }
  const at::Tensor whole = execution.rows(target);
  if (dx.size(1) < whole.size(1)) whole.narrow(1, dx.size(1), whole.size(1) - dx.size(1)).zero_();
  dx.copy_(dy.mul(execution.value(m)));
}

}  // namespace

const Kernel mask{"mask", [](const Check &c) { check_mask(c, c.input(0), c.output(0)); }, run_forward};

const Kernel mask_backward{"mask_backward",
                           [](const Check &c) {
                             const int64_t *dy = c.input(0);
                             if (c.has_input(1)) check_mask(c, c.input(1), dy);
                             if (c.has_output(0)) check_mask(c, c.output(0), dy);
                             if (c.has_input(1) && c.has_output(0)) c.same_shape(c.output(0), c.input(1), "dx");
                             require(c.slice(0).rank == 1 && c.slice(0).extent[0] <= dy[3],
                                     "the mask has more elements than dy has channels");
                             c.attribute(0, 0, 1);
                           },
                           run_backward, Direction::backward};

}  // namespace espalier
