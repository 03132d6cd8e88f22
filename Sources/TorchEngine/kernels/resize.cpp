// Height and width brought to others.
#include "kernels.h"

#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_bilinear2d_backward.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/upsample_nearest2d_backward.h>

namespace espalier {

namespace {

bool is_nearest(const es_instruction &instruction) { return instruction.attributes[0] == 0; }

void check_resize(const Check &check, const int64_t *x, const int64_t *y) {
  check.attribute(0, 0, 1);
  check.shape(y, x[0], y[1], y[2], x[3], "the output");
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor x = execution.nchw(instruction.inputs[0]), y = execution.nchw(instruction.outputs[0]);
  const at::IntArrayRef sides = y.sizes().slice(2);
  y.copy_(is_nearest(instruction) ? at::upsample_nearest2d(x, sides)
                                  : at::upsample_bilinear2d(x, sides, /*align_corners=*/false));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = execution.nchw(instruction.inputs[0]), dx = execution.nchw(instruction.outputs[0]);
  const at::IntArrayRef sides = dy.sizes().slice(2);
  deliver(dx,
          is_nearest(instruction)
              ? at::upsample_nearest2d_backward(dy, sides, dx.sizes())
              : at::upsample_bilinear2d_backward(dy, sides, dx.sizes(), /*align_corners=*/false),
          instruction.attributes[1] != 0);
}

}  // namespace

const Kernel resize{"resize", [](const Check &c) { check_resize(c, c.input(0), c.output(0)); }, run_forward};

const Kernel resize_backward{"resize_backward",
                             [](const Check &c) {
                               check_resize(c, c.output(0), c.input(0));
                               c.attribute(1, 0, 1);
                             },
                             run_backward};

}  // namespace espalier
