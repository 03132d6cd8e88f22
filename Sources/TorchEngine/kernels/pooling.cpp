// Global average, and maximum or average over windows.
#include "kernels.h"

#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool2d_backward.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/max_pool2d_with_indices_backward.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>

#include <tuple>

namespace espalier {

namespace {

void run_global(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.rows(instruction.outputs[0]);
  at::mean_out(y, execution.pixels(instruction.inputs[0]), at::IntArrayRef{1});
}

void run_global_backward(Execution &execution, const es_instruction &instruction) {
  at::Tensor dx = execution.pixels(instruction.outputs[0]);
  const at::Tensor dy = execution.pixels(instruction.inputs[0]);
  const double share = 1.0 / static_cast<double>(dx.size(1));
  if (instruction.attributes[0] != 0) {
    at::add_out(dx, dx, dy, share);
  } else {
    dx.copy_(dy.mul(share).expand(dx.sizes()));
  }
}

struct Window {
  explicit Window(const es_instruction &instruction)
      : is_maximum(instruction.attributes[0] == 0),
        kernel(instruction.attributes[1]),
        stride(instruction.attributes[2]),
        padding(window_padding(kernel)) {}
  bool is_maximum;
  int64_t kernel, stride, padding;
};

void check_window(const Check &check, const int64_t *x, const int64_t *y) {
  check.attribute(0, 0, 1);
  const int64_t kernel = check.attribute(1, 1, kLargestKernel), stride = check.attribute(2, 1, kLargestKernel);
  check.shape(y, x[0], window_output(x[1], kernel, stride), window_output(x[2], kernel, stride), x[3], "the output");
}

void run_window(Execution &execution, const es_instruction &instruction) {
  const Window window(instruction);
  const at::Tensor x = execution.nchw(instruction.inputs[0]);
  const at::Tensor y = execution.nchw(instruction.outputs[0]);
  if (window.is_maximum) {
    y.copy_(std::get<0>(at::max_pool2d_with_indices(x, window.kernel, window.stride, window.padding)));
  } else {
    y.copy_(at::avg_pool2d(x, window.kernel, window.stride, window.padding, false, /*count_include_pad=*/false));
  }
}

void run_window_backward(Execution &execution, const es_instruction &instruction) {
  const Window window(instruction);
  const at::Tensor dy = execution.nchw(instruction.inputs[0]), x = execution.nchw(instruction.inputs[1]);
  const at::Tensor dx = execution.nchw(instruction.outputs[0]);
  const bool accumulate = instruction.attributes[3] != 0;
  if (window.is_maximum) {
    // The places of the maxima are found again: 8 bytes an output are too much to keep.
    const auto indices =
        std::get<1>(at::max_pool2d_with_indices(x, window.kernel, window.stride, window.padding));
    const at::Tensor gradient = at::max_pool2d_with_indices_backward(dy, x, window.kernel, window.stride,
                                                                     window.padding, 1, false, indices);
    deliver(dx, gradient, accumulate);
  } else {
    // ATen's CUDA kernel for channels last is wrong where there is padding (pytorch issue 188344).
    const bool is_sound = x.device().is_cpu();
    deliver(dx,
            at::avg_pool2d_backward(is_sound ? dy : dy.contiguous(), is_sound ? x : x.contiguous(), window.kernel,
                                    window.stride, window.padding, false, /*count_include_pad=*/false, c10::nullopt),
            accumulate);
  }
}

}  // namespace

const Kernel global_pool{"global_pool",
                         [](const Check &c) {
                           const int64_t *x = c.input(0);
                           c.shape(c.output(0), x[0], 1, 1, x[3], "y");
                         },
                         run_global};

const Kernel global_pool_backward{"global_pool_backward",
                                  [](const Check &c) {
                                    const int64_t *dx = c.output(0);
                                    c.attribute(0, 0, 1);
                                    c.shape(c.input(0), dx[0], 1, 1, dx[3], "dy");
                                  },
                                  run_global_backward, Direction::backward};

const Kernel pool{"pool", [](const Check &c) { check_window(c, c.input(0), c.output(0)); }, run_window};

const Kernel pool_backward{"pool_backward",
                           [](const Check &c) {
                             check_window(c, c.input(1), c.input(0));
                             c.attribute(3, 0, 1);
                             c.same_shape(c.output(0), c.input(1), "dx");
                           },
                           run_window_backward, Direction::backward};

}  // namespace espalier
