// Depthwise convolutions: each copy filters the same input channels.
//
// float32 goes through ATen's grouped convolution. In float64 that one has no vectorised kernel and is slower by orders
// of magnitude, so there a convolution is a sum over the kernel's taps of shifted windows of the input.
#include "kernels.h"

#include "../failure.h"
#include "../placement.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace espalier {

namespace {

enum class Taps { adjacent, dilated };

/// The attributes of an instruction. Those with dilated taps have one more, at the end.
struct Filter {
  Filter(const es_instruction &instruction, Taps taps, Direction direction)
      : kernel(instruction.attributes[0]),
        stride(instruction.attributes[1]),
        copies(instruction.attributes[2]),
        dilation(taps == Taps::adjacent ? 1 : instruction.attributes[direction == Direction::forward ? 3 : 4]),
        padding(dilation * window_padding(kernel)) {}
  int64_t kernel, stride, copies, dilation, padding;
};

void check_depthwise(const Check &check, const int64_t *x, const int64_t *y, int64_t dilation) {
  const int64_t kernel = check.attribute(0, 1, kLargestKernel);
  require(dilation == 1 || kernel % 2 == 1, "a dilated kernel is even");
  const int64_t stride = check.attribute(1, 1, kLargestKernel);
  const int64_t copies = check.attribute(2, 1, kMostCopies);
  const es_slice &w = check.slice(0);
  require(w.rank == 4 && w.extent[0] == copies && w.extent[1] == kernel && w.extent[2] == kernel,
          "the weight is not [copies, kernel, kernel, channels]");
  require(w.extent[3] == x[3], "the weight's channels are not those of x");
  check.shape(y, x[0], window_output(x[1], kernel, stride), window_output(x[2], kernel, stride), copies * x[3],
              "the output");
}

/// One copy [kernel, kernel, channels] of the weight as [channels, 1, kernel, kernel].
at::Tensor filters(const at::Tensor &w, int64_t copy) {
  return view_of(w, w.storage_offset() + copy * w.stride(0), {w.size(3), 1, w.size(1), w.size(2)},
                 {w.stride(3), w.stride(3), w.stride(1), w.stride(2)});
}

/// Along one axis, the outputs 0 ..< `outputs` whose input at a tap exists; the tap counts inputs.
struct Reach {
  Reach(int64_t tap, int64_t padding, int64_t stride, int64_t inputs, int64_t outputs)
      : first(tap >= padding ? 0 : (padding - tap + stride - 1) / stride),
        end(std::min(outputs, inputs - 1 - tap + padding >= 0 ? (inputs - 1 - tap + padding) / stride + 1 : 0)),
        input(first * stride + tap - padding),
        count(std::max<int64_t>(end - first, 0)) {}
  int64_t first, end, input, count;
};

/// Calls `body(tap row, tap column, window of inputs, window of outputs)` for each tap, the windows being equal in
/// shape [n, rows, columns, channels].
template <typename Body>
void for_each_tap(const at::Tensor &x, const at::Tensor &y, const Filter &filter, const Body &body) {
  const auto window = [](const at::Tensor &whole, const Reach &rows, const Reach &columns, int64_t row, int64_t column,
                         int64_t step) {
    const auto strides = whole.strides();
    return view_of(whole, whole.storage_offset() + row * strides[1] + column * strides[2],
                   {whole.size(0), rows.count, columns.count, whole.size(3)},
                   {strides[0], strides[1] * step, strides[2] * step, strides[3]});
  };
  for (int64_t row = 0; row < filter.kernel; ++row) {
    const Reach rows(row * filter.dilation, filter.padding, filter.stride, x.size(1), y.size(1));
    for (int64_t column = 0; column < filter.kernel; ++column) {
      const Reach columns(column * filter.dilation, filter.padding, filter.stride, x.size(2), y.size(2));
      if (rows.count == 0 || columns.count == 0) continue;
      body(row, column, window(x, rows, columns, rows.input, columns.input, filter.stride),
           window(y, rows, columns, rows.first, columns.first, 1));
    }
  }
}

at::Tensor copy_nhwc(const at::Tensor &nchw) { return nchw.permute({0, 2, 3, 1}); }

at::Tensor convolved(const at::Tensor &x, const at::Tensor &w, const Filter &filter) {
  return at::convolution(x, w, c10::nullopt, {filter.stride, filter.stride}, {filter.padding, filter.padding},
                         {filter.dilation, filter.dilation}, false, {0, 0}, x.size(1));
}

template <Taps taps>
void run_forward(Execution &execution, const es_instruction &instruction) {
  const Filter filter(instruction, taps, Direction::forward);
  const at::Tensor w = execution.value(instruction.slices[0]);
  const at::Tensor x = execution.nchw(instruction.inputs[0]);
  for (int64_t copy = 0; copy < filter.copies; ++copy) {
    const at::Tensor y = execution.nchw(instruction.outputs[0], filter.copies, copy);
    if (execution.context.dtype == at::kDouble) {
      y.zero_();
      for_each_tap(copy_nhwc(x), copy_nhwc(y), filter,
                   [&](int64_t row, int64_t column, const at::Tensor &from, const at::Tensor &to) {
                     to.addcmul_(from, w[copy][row][column]);
                   });
    } else {
      const Placement placement(y, /*accumulate=*/false);
      placement.settle(convolved(x, filters(w, copy), filter));
    }
  }
}

template <Taps taps>
void run_backward(Execution &execution, const es_instruction &instruction) {
  const Filter filter(instruction, taps, Direction::backward);
  const at::Tensor w = execution.value(instruction.slices[0]);
  const bool trains = execution.trains(instruction.slices[0]);
  const at::Tensor dw = trains ? execution.gradient(instruction.slices[0]) : at::Tensor();
  const at::Tensor x = execution.nchw(execution.operand(instruction));
  const bool has_dx = instruction.outputs[0] >= 0, accumulate = instruction.attributes[3] != 0;
  const at::Tensor dx = has_dx ? execution.nchw(instruction.outputs[0]) : at::Tensor();
  if (execution.context.dtype == at::kDouble) {
    if (has_dx && !accumulate) dx.zero_();
    for (int64_t copy = 0; copy < filter.copies; ++copy) {
      const at::Tensor dy = copy_nhwc(execution.nchw(instruction.inputs[0], filter.copies, copy));
      if (trains) {
        for_each_tap(copy_nhwc(x), dy, filter,
                     [&](int64_t row, int64_t column, const at::Tensor &from, const at::Tensor &to) {
                       dw[copy][row][column].add_(from.mul(to).sum({0, 1, 2}));
                     });
      }
      if (!has_dx) continue;
      for_each_tap(copy_nhwc(dx), dy, filter,
                   [&](int64_t row, int64_t column, const at::Tensor &from, const at::Tensor &to) {
                     from.addcmul_(to, w[copy][row][column]);
                   });
    }
    return;
  }
  if (!has_dx && !trains) return;
  const std::array<bool, 3> wanted{has_dx, trains, false};
  for (int64_t copy = 0; copy < filter.copies; ++copy) {
    std::optional<Placement> placement;
    if (has_dx) placement.emplace(dx, accumulate || copy > 0);
    const auto gradients = at::convolution_backward(
        execution.nchw(instruction.inputs[0], filter.copies, copy), x, filters(w, copy), c10::nullopt,
        {filter.stride, filter.stride}, {filter.padding, filter.padding}, {filter.dilation, filter.dilation}, false,
        {0, 0}, x.size(1), wanted);
    if (trains) filters(dw, copy).add_(std::get<1>(gradients));
    if (placement) placement->settle(std::get<0>(gradients));
  }
}

}  // namespace

const Kernel depthwise{"depthwise", [](const Check &c) { check_depthwise(c, c.input(0), c.output(0), 1); },
                       run_forward<Taps::adjacent>};

const Kernel depthwise_backward{"depthwise_backward",
                                [](const Check &c) {
                                  check_depthwise(c, c.operand(), c.input(0), 1);
                                  c.attribute(3, 0, 1);
                                  if (c.has_output(0)) c.same_shape(c.output(0), c.operand(), "dx");
                                },
                                run_backward<Taps::adjacent>, Direction::backward};

const Kernel dilated_depthwise{
    "dilated_depthwise",
    [](const Check &c) { check_depthwise(c, c.input(0), c.output(0), c.attribute(3, 1, kLargestKernel)); },
    run_forward<Taps::dilated>};

const Kernel dilated_depthwise_backward{
    "dilated_depthwise_backward",
    [](const Check &c) {
      check_depthwise(c, c.operand(), c.input(0), c.attribute(4, 1, kLargestKernel));
      c.attribute(3, 0, 1);
      if (c.has_output(0)) c.same_shape(c.output(0), c.operand(), "dx");
    },
    run_backward<Taps::dilated>, Direction::backward};

}  // namespace espalier
