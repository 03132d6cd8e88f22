// Linear layers. A weight [copies, out, in] is one matrix product a copy, since a slice of it need not be one matrix.
#include "kernels.h"
#include "products.h"

#include "../failure.h"

namespace espalier {

namespace {

void check_linear(const Check &check, const int64_t *x, const int64_t *y) {
  const es_slice &w = check.slice(0);
  require(w.rank == 2 || w.rank == 3, "the weight is neither [out, in] nor [copies, out, in]");
  const int64_t outputs = w.rank == 2 ? w.extent[0] : w.extent[0] * w.extent[1];
  require(x[1] == 1 && x[2] == 1, "x is no vector");
  require(w.extent[w.rank - 1] == x[3], "the weight's inputs are not the channels of x");
  check.shape(y, x[0], 1, 1, outputs, "the output");
  if (!check.has_slice(1)) return;
  check.vector_slice(1, outputs, "the bias");
  const int64_t copies = w.rank == 2 ? 1 : w.extent[0];
  const es_slice &bias = check.slice(1);
  require(bias.rank == 1 ? copies == 1 : bias.extent[0] == copies, "the bias has other copies than the weight");
}

int64_t copies_of(const at::Tensor &w) { return w.dim() == 2 ? 1 : w.size(0); }
at::Tensor matrix_of(const at::Tensor &w, int64_t copy) { return w.dim() == 2 ? w : w.select(0, copy); }
at::Tensor vector_of(const at::Tensor &b, int64_t copy) { return b.dim() == 1 ? b : b.select(0, copy); }

void run_forward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor w = execution.value(instruction.slices[0]);
  const at::Tensor x = execution.rows(instruction.inputs[0]);
  const int64_t copies = copies_of(w);
  for (int64_t copy = 0; copy < copies; ++copy) {
    std::optional<at::Tensor> bias;
    if (instruction.slices[1] >= 0) bias = vector_of(execution.value(instruction.slices[1]), copy);
    product(execution.rows(instruction.outputs[0], copies, copy), x, matrix_of(w, copy), bias);
  }
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor w = execution.value(instruction.slices[0]);
  const bool trains = execution.trains(instruction.slices[0]);
  const bool trains_bias = instruction.slices[1] >= 0 && execution.trains(instruction.slices[1]);
  const at::Tensor dw = trains ? execution.gradient(instruction.slices[0]) : at::Tensor();
  const at::Tensor x = execution.rows(execution.operand(instruction));
  const int32_t dx = instruction.outputs[0];
  const bool accumulate = instruction.attributes[0] != 0;
  const int64_t copies = copies_of(w);
  for (int64_t copy = 0; copy < copies; ++copy) {
    const at::Tensor dy = execution.rows(instruction.inputs[0], copies, copy);
    if (trains) product_weight_gradient(matrix_of(dw, copy), dy, x);
    if (trains_bias) vector_of(execution.gradient(instruction.slices[1]), copy).add_(dy.sum(0));
    if (dx >= 0) product_input_gradient(execution.rows(dx), dy, matrix_of(w, copy), accumulate || copy > 0);
  }
}

}  // namespace

const Kernel linear{"linear", [](const Check &c) { check_linear(c, c.input(0), c.output(0)); }, run_forward};

const Kernel linear_backward{"linear_backward",
                             [](const Check &c) {
                               check_linear(c, c.operand(), c.input(0));
                               c.attribute(0, 0, 1);
                               if (c.has_output(0)) c.same_shape(c.output(0), c.operand(), "dx");
                             },
                             run_backward, Direction::backward};

}  // namespace espalier
