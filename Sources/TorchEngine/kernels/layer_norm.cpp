// Normalisation over the channels of each position, and trained numbers for positions.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/add.h>
#include <ATen/ops/native_layer_norm.h>
#include <ATen/ops/native_layer_norm_backward.h>

#include <array>
#include <tuple>

namespace espalier {

namespace {

void check_statistics(const Check &check, const int64_t *x, const int64_t *mean, const int64_t *rstd) {
  check.shape(mean, x[0], x[1], x[2], 1, "mean");
  check.shape(rstd, x[0], x[1], x[2], 1, "rstd");
  check.vector_slice(0, x[3], "scale");
  check.vector_slice(1, x[3], "shift");
}

at::Tensor vector(const at::Tensor &slice) { return slice.reshape({slice.numel()}).contiguous(); }

void run_forward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor x = execution.rows(instruction.inputs[0]);
  const auto results = at::native_layer_norm(x, {x.size(1)}, vector(execution.value(instruction.slices[0])),
                                             vector(execution.value(instruction.slices[1])), instruction.scalars[0]);
  execution.rows(instruction.outputs[0]).copy_(std::get<0>(results));
  execution.rows(instruction.outputs[1]).copy_(std::get<1>(results).view({-1, 1}));
  execution.rows(instruction.outputs[2]).copy_(std::get<2>(results).view({-1, 1}));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor x = execution.rows(instruction.inputs[1]);
  const std::array<bool, 3> wanted{true, execution.trains(instruction.slices[0]),
                                   execution.trains(instruction.slices[1])};
  const auto gradients = at::native_layer_norm_backward(
      execution.rows(instruction.inputs[0]), x, {x.size(1)}, execution.rows(instruction.inputs[2]),
      execution.rows(instruction.inputs[3]), vector(execution.value(instruction.slices[0])),
      vector(execution.value(instruction.slices[1])), wanted);
  add_vector(execution, instruction.slices[0], std::get<1>(gradients));
  add_vector(execution, instruction.slices[1], std::get<2>(gradients));
  deliver(execution.rows(instruction.outputs[0]), std::get<0>(gradients), instruction.attributes[0] != 0);
}

void check_embedding(const Check &check, const int64_t *x) {
  const es_slice &e = check.slice(0);
  require(e.rank == 3 && e.extent[0] == x[1] && e.extent[1] == x[2] && e.extent[2] == x[3],
          "the embedding is not [h, w, c]");
}

void run_embedding(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.nhwc(instruction.outputs[0]);
  at::add_out(y, execution.nhwc(instruction.inputs[0]), execution.value(instruction.slices[0]));
}

void run_embedding_backward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = execution.nhwc(instruction.inputs[0]);
  if (execution.trains(instruction.slices[0])) execution.gradient(instruction.slices[0]).add_(dy.sum(0));
  if (instruction.outputs[0] < 0) return;
  deliver(execution.nhwc(instruction.outputs[0]), dy, instruction.attributes[0] != 0);
}

}  // namespace

const Kernel layer_norm{"layer_norm",
                        [](const Check &c) {
                          c.same_shape(c.output(0), c.input(0), "y");
                          check_statistics(c, c.input(0), c.output(1), c.output(2));
                          require(c.scalar(0) > 0, "epsilon is not positive");
                        },
                        run_forward};

const Kernel layer_norm_backward{"layer_norm_backward",
                                 [](const Check &c) {
                                   c.same_shape(c.input(0), c.input(1), "dy");
                                   check_statistics(c, c.input(1), c.input(2), c.input(3));
                                   c.same_shape(c.output(0), c.input(1), "dx");
                                   c.attribute(0, 0, 1);
                                 },
                                 run_backward, Direction::backward};

const Kernel position_embedding{"position_embedding",
                                [](const Check &c) {
                                  c.same_shape(c.output(0), c.input(0), "y");
                                  check_embedding(c, c.input(0));
                                },
                                run_embedding};

const Kernel position_embedding_backward{"position_embedding_backward",
                                         [](const Check &c) {
                                           check_embedding(c, c.input(0));
                                           c.attribute(0, 0, 1);
                                           if (c.has_output(0)) c.same_shape(c.output(0), c.input(0), "dx");
                                         },
                                         run_embedding_backward, Direction::backward};

}  // namespace espalier
