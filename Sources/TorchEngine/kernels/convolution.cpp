// Convolution of all input channels. 1x1 with stride 1 is a matrix product on the arena; the rest is ATen's convolution
// on channels-last views.
#include "kernels.h"
#include "products.h"

#include "../failure.h"
#include "../placement.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>

#include <array>
#include <tuple>

namespace espalier {

namespace {

void check_convolution(const Check &check, const int64_t *x, const int64_t *y) {
  const int64_t kernel = check.attribute(0, 1, kLargestKernel);
  const int64_t stride = check.attribute(1, 1, kLargestKernel);
  const es_slice &w = check.slice(0);
  require(w.rank == 4 && w.extent[1] == kernel && w.extent[2] == kernel, "the weight is not [out, kernel, kernel, in]");
  require(w.extent[3] == x[3], "the weight's input channels are not those of x");
  check.shape(y, x[0], window_output(x[1], kernel, stride), window_output(x[2], kernel, stride), w.extent[0],
              "the output");
  if (check.has_slice(1)) check.vector_slice(1, w.extent[0], "the bias");
}

bool is_product(const es_instruction &instruction) {
  return instruction.attributes[0] == 1 && instruction.attributes[1] == 1;
}

/// [out, 1, 1, in] as [out, in].
at::Tensor matrix(const at::Tensor &w) {
  return view_of(w, w.storage_offset(), {w.size(0), w.size(3)}, {w.stride(0), w.stride(3)});
}

/// [out, kernel, kernel, in] as [out, in, kernel, kernel].
at::Tensor filters(const at::Tensor &w) {
  return view_of(w, w.storage_offset(), {w.size(0), w.size(3), w.size(1), w.size(2)},
                 {w.stride(0), w.stride(3), w.stride(1), w.stride(2)});
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const int32_t x = instruction.inputs[0], y = instruction.outputs[0];
  const at::Tensor w = execution.value(instruction.slices[0]);
  std::optional<at::Tensor> bias;
  if (instruction.slices[1] >= 0) bias = execution.value(instruction.slices[1]).flatten();
  if (is_product(instruction)) {
    product(execution.rows(y), execution.rows(x), matrix(w), bias);
    return;
  }
  const int64_t kernel = instruction.attributes[0], stride = instruction.attributes[1];
  const Placement placement(execution.nchw(y), /*accumulate=*/false);
  placement.settle(at::convolution(execution.nchw(x), filters(w), bias, {stride, stride}, {kernel / 2, kernel / 2},
                                   {1, 1}, false, {0, 0}, 1));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t dy = instruction.inputs[0], x = instruction.inputs[1], dx = instruction.outputs[0];
  const bool accumulate = instruction.attributes[2] != 0;
  const at::Tensor w = execution.value(instruction.slices[0]);
  const at::Tensor dw = execution.gradient(instruction.slices[0]);
  if (instruction.slices[1] >= 0) {
    const at::Tensor db = execution.gradient(instruction.slices[1]);
    db.add_(execution.rows(dy).sum(0).view(db.sizes()));
  }
  if (is_product(instruction)) {
    const at::Tensor gradient = execution.rows(dy);
    product_weight_gradient(matrix(dw), gradient, execution.rows(x));
    if (dx >= 0) product_input_gradient(execution.rows(dx), gradient, matrix(w), accumulate);
    return;
  }
  const int64_t kernel = instruction.attributes[0], stride = instruction.attributes[1];
  const std::array<bool, 3> wanted{dx >= 0, true, false};
  std::optional<Placement> placement;
  if (dx >= 0) placement.emplace(execution.nchw(dx), accumulate);
  const auto gradients =
      at::convolution_backward(execution.nchw(dy), execution.nchw(x), filters(w), c10::nullopt, {stride, stride},
                               {kernel / 2, kernel / 2}, {1, 1}, false, {0, 0}, 1, wanted);
  filters(dw).add_(std::get<1>(gradients));
  if (placement) placement->settle(std::get<0>(gradients));
}

}  // namespace

const Kernel convolution{"convolution", [](const Check &c) { check_convolution(c, c.input(0), c.output(0)); },
                         run_forward};

const Kernel convolution_backward{
    "convolution_backward",
    [](const Check &c) {
      check_convolution(c, c.input(1), c.input(0));
      c.attribute(2, 0, 1);
      if (c.has_output(0)) c.same_shape(c.output(0), c.input(1), "dx");
    },
    run_backward, Direction::backward};

}  // namespace espalier
