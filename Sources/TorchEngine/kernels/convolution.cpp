// Convolution of all input channels. 1x1 is a matrix product, with a stride on the pixels that it reads; the rest is
// ATen's convolution on channels-last views. For a 1x1 with a stride, and channels that are no multiple of 8, oneDNN's
// gradient of the weight writes outside of its memory (torch 2.13.0, jit_avx2_1x1_convolution_bwd_weights_t).
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

bool is_product(const es_instruction &instruction) { return instruction.attributes[0] == 1; }

/// The pixels of x that a 1x1 convolution with this stride reads: a view [n, h', w', c].
at::Tensor read_pixels(const Execution &execution, int32_t x, int64_t stride) {
  const at::Tensor whole = execution.nhwc(x);
  const auto strides = whole.strides();
  return view_of(whole, whole.storage_offset(),
                 {whole.size(0), (whole.size(1) - 1) / stride + 1, (whole.size(2) - 1) / stride + 1, whole.size(3)},
                 {strides[0], strides[1] * stride, strides[2] * stride, strides[3]});
}

/// The same as rows [n * h' * w', c]; a copy where there is a stride.
at::Tensor read_rows(const Execution &execution, int32_t x, int64_t stride) {
  if (stride == 1) return execution.rows(x);
  return read_pixels(execution, x, stride).reshape({-1, execution.shape(x)[3]});
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
    product(execution.rows(y), read_rows(execution, x, instruction.attributes[1]), matrix(w), bias);
    return;
  }
  const int64_t kernel = instruction.attributes[0], stride = instruction.attributes[1];
  const Placement placement(execution.nchw(y), /*accumulate=*/false);
  placement.settle(at::convolution(execution.nchw(x), filters(w), bias, {stride, stride}, {window_padding(kernel), window_padding(kernel)},
                                   {1, 1}, false, {0, 0}, 1));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const int32_t dy = instruction.inputs[0], x = execution.operand(instruction), dx = instruction.outputs[0];
  const bool accumulate = instruction.attributes[2] != 0;
  const at::Tensor w = execution.value(instruction.slices[0]);
  const bool trains = execution.trains(instruction.slices[0]);
  const at::Tensor dw = trains ? execution.gradient(instruction.slices[0]) : at::Tensor();
  if (instruction.slices[1] >= 0 && execution.trains(instruction.slices[1])) {
    const at::Tensor db = execution.gradient(instruction.slices[1]);
    db.add_(execution.rows(dy).sum(0).view(db.sizes()));
  }
  if (is_product(instruction)) {
    const at::Tensor gradient = execution.rows(dy);
    const int64_t step = instruction.attributes[1];
    if (trains) product_weight_gradient(matrix(dw), gradient, read_rows(execution, x, step));
    if (dx < 0) return;
    if (step == 1) {
      product_input_gradient(execution.rows(dx), gradient, matrix(w), accumulate);
      return;
    }
    if (!accumulate) execution.flat(dx).zero_();
    const at::Tensor own = execution.scratch({gradient.size(0), w.size(3)});
    product_input_gradient(own, gradient, matrix(w), /*accumulate=*/false);
    const at::Tensor target = read_pixels(execution, dx, step);
    deliver(target, own.view(target.sizes()), accumulate);
    return;
  }
  if (dx < 0 && !trains) return;
  const int64_t kernel = instruction.attributes[0], stride = instruction.attributes[1];
  const std::array<bool, 3> wanted{dx >= 0, trains, false};
  std::optional<Placement> placement;
  if (dx >= 0) placement.emplace(execution.nchw(dx), accumulate);
  const auto gradients =
      at::convolution_backward(execution.nchw(dy), execution.nchw(x), filters(w), c10::nullopt, {stride, stride},
                               {window_padding(kernel), window_padding(kernel)}, {1, 1}, false, {0, 0}, 1, wanted);
  if (trains) filters(dw).add_(std::get<1>(gradients));
  if (placement) placement->settle(std::get<0>(gradients));
}

}  // namespace

const Kernel convolution{"convolution", [](const Check &c) { check_convolution(c, c.input(0), c.output(0)); },
                         run_forward};

const Kernel convolution_backward{
    "convolution_backward",
    [](const Check &c) {
      check_convolution(c, c.operand(), c.input(0));
      c.attribute(2, 0, 1);
      if (c.has_output(0)) c.same_shape(c.output(0), c.operand(), "dx");
    },
    run_backward, Direction::backward};

}  // namespace espalier
