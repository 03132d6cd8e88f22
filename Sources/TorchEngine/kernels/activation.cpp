// Elementwise functions. The derivative at a kink is that of the side of zero (ATen's convention).
#include "functions.h"
#include "kernels.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardsigmoid_backward.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardswish_backward.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold_backward.h>

namespace espalier {

namespace {

/// ATen's CUDA kernels have a sixth in float32 even for float64.
bool needs_own_sixth(const at::Tensor &x) { return x.is_cuda() && x.scalar_type() == at::kDouble; }

/// relu6(x + 3) / 6
at::Tensor exact_hard_sigmoid(const at::Tensor &x) { return x.add(3).clamp_(0, 6).div_(6); }

/// Its derivative: 1/6 between -3 and 3, else 0.
at::Tensor exact_hard_slope(const at::Tensor &x) { return x.abs().lt(3).to(x.scalar_type()).div_(6); }

}  // namespace

void activate(int32_t function, at::Tensor &y, const at::Tensor &x) {
  if (needs_own_sixth(x) && (function == ES_HARD_SWISH || function == ES_HARD_SIGMOID)) {
    const at::Tensor share = exact_hard_sigmoid(x);
    y.copy_(function == ES_HARD_SWISH ? share.mul(x) : share);
    return;
  }
  switch (function) {
    case ES_RELU: at::clamp_min_out(y, x, 0); return;
    case ES_SWISH: at::silu_out(y, x); return;
    case ES_HARD_SWISH: at::hardswish_out(y, x); return;
    case ES_SIGMOID: at::sigmoid_out(y, x); return;
    case ES_HARD_SIGMOID: at::hardsigmoid_out(y, x); return;
    case ES_GELU: at::gelu_out(y, x); return;
    case ES_TANH: at::tanh_out(y, x); return;
  }
}

void differentiate(int32_t function, at::Tensor &dx, const at::Tensor &dy, const at::Tensor &x) {
  if (needs_own_sixth(x) && (function == ES_HARD_SWISH || function == ES_HARD_SIGMOID)) {
    const at::Tensor slope = exact_hard_slope(x);
    dx.copy_(dy.mul(function == ES_HARD_SWISH ? slope.mul_(x).add_(exact_hard_sigmoid(x)) : slope));
    return;
  }
  switch (function) {
    case ES_RELU: at::threshold_backward_out(dx, dy, x, 0); return;
    case ES_SWISH: at::silu_backward_out(dx, dy, x); return;
    case ES_HARD_SWISH: at::hardswish_backward_out(dx, dy, x); return;
    case ES_SIGMOID: at::sigmoid_backward_out(dx, dy, at::sigmoid(x)); return;
    case ES_HARD_SIGMOID: at::hardsigmoid_backward_out(dx, dy, x); return;
    case ES_GELU: at::gelu_backward_out(dx, dy, x); return;
    case ES_TANH: at::tanh_backward_out(dx, dy, at::tanh(x)); return;
  }
}

namespace {

void run_forward(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.flat(instruction.outputs[0]);
  activate(instruction.attributes[0], y, execution.flat(instruction.inputs[0]));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t function = instruction.attributes[0];
  const at::Tensor dy = execution.flat(instruction.inputs[0]), x = execution.flat(instruction.inputs[1]);
  at::Tensor dx = execution.flat(instruction.outputs[0]);
  if (instruction.attributes[1] == 0) {
    differentiate(function, dx, dy, x);
    return;
  }
  at::Tensor own = execution.scratch(dx.sizes());
  differentiate(function, own, dy, x);
  dx.add_(own);
}

}  // namespace

const Kernel activation{"activation",
                        [](const Check &c) {
                          c.attribute(0, ES_RELU, ES_TANH);
                          c.same_shape(c.output(0), c.input(0), "y");
                        },
                        run_forward, Direction::forward, Operands::may_coincide};

const Kernel activation_backward{"activation_backward",
                                 [](const Check &c) {
                                   c.attribute(0, ES_RELU, ES_TANH);
                                   c.attribute(1, 0, 1);
                                   c.same_shape(c.input(0), c.input(1), "dy");
                                   c.same_shape(c.output(0), c.input(1), "dx");
                                 },
                                 run_backward, Direction::backward, Operands::may_coincide};

}  // namespace espalier
