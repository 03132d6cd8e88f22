// Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762, eq. 1) without its linear maps, which are
// convolutions of 1x1. Heads are equal parts of the channels.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/matmul.h>

#include <cmath>

namespace espalier {

namespace {

void check_operands(const Check &check, const int64_t *q, const int64_t *k, const int64_t *v) {
  require(q[3] % check.attribute(0, 1, kMostCopies) == 0, "the heads do not divide the channels");
  check.shape(k, q[0], k[1], k[2], q[3], "k");
  check.same_shape(v, k, "v");
}

/// [n, heads, positions, channels of a head].
at::Tensor heads_of(const Execution &execution, int32_t buffer, int64_t heads) {
  const at::Tensor pixels = execution.pixels(buffer);
  return pixels.view({pixels.size(0), pixels.size(1), heads, pixels.size(2) / heads}).transpose(1, 2);
}

double scale_of(const at::Tensor &q) { return 1 / std::sqrt(static_cast<double>(q.size(3))); }

at::Tensor probabilities(const at::Tensor &q, const at::Tensor &k) {
  return at::_softmax(at::matmul(q, k.transpose(2, 3)).mul_(scale_of(q)), 3, false);
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const int64_t heads = instruction.attributes[0];
  const at::Tensor q = heads_of(execution, instruction.inputs[0], heads);
  const at::Tensor k = heads_of(execution, instruction.inputs[1], heads);
  const at::Tensor v = heads_of(execution, instruction.inputs[2], heads);
  heads_of(execution, instruction.outputs[0], heads).copy_(at::matmul(probabilities(q, k), v));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const int64_t heads = instruction.attributes[0];
  const at::Tensor dy = heads_of(execution, instruction.inputs[0], heads);
  const at::Tensor q = heads_of(execution, instruction.inputs[1], heads);
  const at::Tensor k = heads_of(execution, instruction.inputs[2], heads);
  const at::Tensor v = heads_of(execution, instruction.inputs[3], heads);
  const at::Tensor p = probabilities(q, k);
  heads_of(execution, instruction.outputs[2], heads).copy_(at::matmul(p.transpose(2, 3), dy));
  const at::Tensor dscores =
      at::_softmax_backward_data(at::matmul(dy, v.transpose(2, 3)), p, 3, p.scalar_type()).mul_(scale_of(q));
  heads_of(execution, instruction.outputs[0], heads).copy_(at::matmul(dscores, k));
  heads_of(execution, instruction.outputs[1], heads).copy_(at::matmul(dscores.transpose(2, 3), q));
}

}  // namespace

const Kernel attention{"attention",
                       [](const Check &c) {
                         check_operands(c, c.input(0), c.input(1), c.input(2));
                         c.same_shape(c.output(0), c.input(0), "y");
                       },
                       run_forward};

const Kernel attention_backward{"attention_backward",
                                [](const Check &c) {
                                  check_operands(c, c.input(1), c.input(2), c.input(3));
                                  c.same_shape(c.input(0), c.input(1), "dy");
                                  for (int operand = 0; operand < 3; ++operand) {
                                    c.same_shape(c.output(operand), c.input(operand + 1), "a gradient");
                                  }
                                },
                                run_backward, Direction::backward};

}  // namespace espalier
