// Batch normalisation over n, h and w.
#include "functions.h"
#include "kernels.h"

#include "../failure.h"
#include "../placement.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/zeros.h>

#include <array>
#include <tuple>

namespace espalier {

namespace {

constexpr int32_t kNoFunction = -1;

int64_t rows_of(const at::Tensor &x) { return x.numel() / x.size(1); }

void check_forward(const Check &check) {
  const int64_t *x = check.input(0);
  check.same_shape(check.output(0), x, "y");
  check.shape(check.output(1), 1, 1, 1, x[3], "mean");
  check.shape(check.output(2), 1, 1, 1, x[3], "rstd");
  check.vector_slice(0, x[3], "scale");
  check.vector_slice(1, x[3], "shift");
  require(check.has_slice(2) == check.has_slice(3), "one of the running statistics is missing");
  if (check.has_slice(2)) {
    check.vector_slice(2, x[3], "running mean");
    check.vector_slice(3, x[3], "running variance");
  }
  check.attribute(0, kNoFunction, ES_TANH);
  require(check.scalar(0) > 0, "epsilon is not positive");
}

void check_backward(const Check &check) {
  const int64_t *x = check.input(1);
  check.same_shape(check.input(0), x, "dy");
  check.shape(check.input(2), 1, 1, 1, x[3], "mean");
  check.shape(check.input(3), 1, 1, 1, x[3], "rstd");
  check.same_shape(check.output(0), x, "dx");
  check.vector_slice(0, x[3], "scale");
  check.vector_slice(1, x[3], "shift");
  check.attribute(0, 0, 1);
  check.attribute(1, kNoFunction, ES_TANH);
}

void check_again(const Check &check) {
  const int64_t *x = check.input(0);
  check.shape(check.input(1), 1, 1, 1, x[3], "mean");
  check.shape(check.input(2), 1, 1, 1, x[3], "rstd");
  check.same_shape(check.output(0), x, "y");
  check.vector_slice(0, x[3], "scale");
  check.vector_slice(1, x[3], "shift");
  check.attribute(0, kNoFunction, ES_TANH);
}

/// One element a channel, side by side; a copy only where a slice of [copies, channels] has gaps.
at::Tensor per_channel(const at::Tensor &slice) {
  return slice.dim() == 1 ? slice : slice.reshape({slice.numel()}).contiguous();
}

void normalise_with_running(Execution &execution, const es_instruction &instruction) {
  require(instruction.slices[2] >= 0, "fixed statistics are wanted, but there are none");
  const double epsilon = instruction.scalars[0];
  const at::Tensor mean = per_channel(execution.value(instruction.slices[2]));
  const at::Tensor variance = per_channel(execution.value(instruction.slices[3]));
  execution.flat(instruction.outputs[1]).copy_(mean);
  at::Tensor rstd = execution.flat(instruction.outputs[2]);
  rstd.copy_(variance).add_(epsilon).rsqrt_();
  at::Tensor y = execution.nchw(instruction.outputs[0]);
  at::Tensor unused_mean = execution.scratch({0}), unused_rstd = execution.scratch({0});
  at::native_batch_norm_out(y, unused_mean, unused_rstd, execution.nchw(instruction.inputs[0]),
                            per_channel(execution.value(instruction.slices[0])),
                            per_channel(execution.value(instruction.slices[1])), mean, variance, /*training=*/false,
                            /*momentum=*/0, epsilon);
}

void normalise_with_batch(Execution &execution, const es_instruction &instruction) {
  const at::Tensor x = execution.nchw(instruction.inputs[0]);
  at::Tensor y = execution.nchw(instruction.outputs[0]);
  at::Tensor mean = execution.flat(instruction.outputs[1]), rstd = execution.flat(instruction.outputs[2]);
  std::optional<at::Tensor> batch_mean, batch_variance;
  const bool records = execution.recording == Recording::on && instruction.slices[2] >= 0;
  if (records) {
    // Momentum 1 makes ATen's running statistics those of this batch.
    batch_mean = at::zeros(mean.sizes(), execution.context.options());
    batch_variance = at::zeros(mean.sizes(), execution.context.options());
  }
  at::native_batch_norm_out(y, mean, rstd, x, per_channel(execution.value(instruction.slices[0])),
                            per_channel(execution.value(instruction.slices[1])), batch_mean, batch_variance,
                            /*training=*/true, /*momentum=*/1, instruction.scalars[0]);
  if (!records) return;
  // A single value has no unbiased variance; its biased one is 0.
  if (x.numel() == x.size(1)) batch_variance->zero_();
  const es_slice &mean_slice = execution.slice(instruction.slices[2]);
  const es_slice &variance_slice = execution.slice(instruction.slices[3]);
  execution.recorded.push_back({instruction.slices[2], instruction.slices[3],
                                batch_mean->view(at::IntArrayRef(mean_slice.extent, mean_slice.rank)),
                                batch_variance->view(at::IntArrayRef(variance_slice.extent, variance_slice.rank))});
}

/// y = f(y).
void activate_in_place(Execution &execution, int32_t function, int32_t buffer) {
  if (function == kNoFunction) return;
  at::Tensor y = execution.flat(buffer);
  activate(function, y, y);
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  if (execution.batch_norm_mode == ES_FIXED_STATISTICS) {
    normalise_with_running(execution, instruction);
  } else {
    normalise_with_batch(execution, instruction);
  }
  activate_in_place(execution, instruction.attributes[0], instruction.outputs[0]);
}

/// y = (x - mean) * rstd * scale + shift, for x and y [n*h*w, c]. Subtracting the mean first keeps the digits of x.
void normalise_rows(const Execution &execution, const es_instruction &instruction, at::Tensor &y, int32_t x,
                    int32_t mean, int32_t rstd) {
  at::sub_out(y, execution.rows(x), execution.flat(mean));
  y.mul_(execution.flat(rstd).mul(per_channel(execution.value(instruction.slices[0]))));
  y.add_(per_channel(execution.value(instruction.slices[1])));
}

void run_again(Execution &execution, const es_instruction &instruction) {
  at::Tensor y = execution.rows(instruction.outputs[0]);
  normalise_rows(execution, instruction, y, instruction.inputs[0], instruction.inputs[1], instruction.inputs[2]);
  activate_in_place(execution, instruction.attributes[0], instruction.outputs[0]);
}

/// The gradient of what the function was applied to, which is computed again for it; dy itself without a function.
at::Tensor normal_gradient(Execution &execution, const es_instruction &instruction) {
  const at::Tensor dy = execution.nchw(instruction.inputs[0]);
  const int32_t function = instruction.attributes[1];
  if (function == kNoFunction) return dy;
  at::Tensor z = execution.scratch({rows_of(dy), dy.size(1)});
  normalise_rows(execution, instruction, z, instruction.inputs[1], instruction.inputs[2], instruction.inputs[3]);
  differentiate(function, z, execution.rows(instruction.inputs[0]), z);
  return view_of(z, 0, dy.sizes(), dy.strides());
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const std::array<bool, 3> wanted{true, execution.trains(instruction.slices[0]),
                                   execution.trains(instruction.slices[1])};
  const at::Tensor dz = normal_gradient(execution, instruction);
  const Placement placement(execution.nchw(instruction.outputs[0]), instruction.attributes[0] != 0);
  const auto gradients = at::native_batch_norm_backward(
      dz, execution.nchw(instruction.inputs[1]),
      per_channel(execution.value(instruction.slices[0])), c10::nullopt, c10::nullopt,
      execution.flat(instruction.inputs[2]), execution.flat(instruction.inputs[3]), /*train=*/true, /*eps=*/0, wanted);
  add_vector(execution, instruction.slices[0], std::get<1>(gradients));
  add_vector(execution, instruction.slices[1], std::get<2>(gradients));
  placement.settle(std::get<0>(gradients));
}

}  // namespace

const Kernel batch_norm{"batch_norm", check_forward, run_forward};
const Kernel batch_norm_backward{"batch_norm_backward", check_backward, run_backward, Direction::backward};
const Kernel normalise{"normalise", check_again, run_again};

}  // namespace espalier
