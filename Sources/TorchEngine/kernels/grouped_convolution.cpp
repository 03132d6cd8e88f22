// Convolutions in groups, dilated, or of unequal sides, on channels-last views.
#include "kernels.h"

#include "../failure.h"
#include "../placement.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>

#include <array>
#include <optional>
#include <tuple>

namespace espalier {

namespace {

struct Window {
  explicit Window(const es_instruction &instruction)
      : height(instruction.attributes[0]),
        width(instruction.attributes[1]),
        stride(instruction.attributes[2]),
        dilation(instruction.attributes[3]),
        groups(instruction.attributes[4]) {}
  std::array<int64_t, 2> strides() const { return {stride, stride}; }
  std::array<int64_t, 2> dilations() const { return {dilation, dilation}; }
  std::array<int64_t, 2> padding() const { return {dilation * window_padding(height), dilation * window_padding(width)}; }
  int64_t height, width, stride, dilation, groups;
};

void check_grouped(const Check &check, const int64_t *x, const int64_t *y) {
  const int64_t height = check.attribute(0, 1, kLargestKernel), width = check.attribute(1, 1, kLargestKernel);
  const int64_t stride = check.attribute(2, 1, kLargestKernel);
  const int64_t dilation = check.attribute(3, 1, kLargestKernel);
  const int64_t groups = check.attribute(4, 1, kMostCopies);
  require(dilation == 1 || (height % 2 == 1 && width % 2 == 1), "a side of a dilated kernel is even");
  const es_slice &w = check.slice(0);
  require(w.rank == 4 && w.extent[1] == height && w.extent[2] == width,
          "the weight is not [out, height, width, in / groups]");
  require(w.extent[3] * groups == x[3], "the weight's input channels are not those of a group of x");
  require(w.extent[0] % groups == 0, "the groups do not divide the weight's output channels");
  // With odd sides the dilation takes as much from the window's reach as it adds to the padding.
  const int64_t across = dilation == 1 ? height : 1, along = dilation == 1 ? width : 1;
  check.shape(y, x[0], window_output(x[1], across, stride), window_output(x[2], along, stride), w.extent[0],
              "the output");
  if (check.has_slice(1)) check.vector_slice(1, w.extent[0], "the bias");
}

/// [out, height, width, in] as [out, in, height, width].
at::Tensor filters(const at::Tensor &w) { return w.permute({0, 3, 1, 2}); }

void run_forward(Execution &execution, const es_instruction &instruction) {
  const Window window(instruction);
  std::optional<at::Tensor> bias;
  if (instruction.slices[1] >= 0) bias = execution.value(instruction.slices[1]).flatten();
  const Placement placement(execution.nchw(instruction.outputs[0]), /*accumulate=*/false);
  const at::Tensor w = filters(execution.value(instruction.slices[0]));
  placement.settle(at::convolution(execution.nchw(instruction.inputs[0]), w, bias, window.strides(), window.padding(),
                                   window.dilations(), false, {0, 0}, window.groups));
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  const Window window(instruction);
  const int32_t dy = instruction.inputs[0], dx = instruction.outputs[0];
  if (instruction.slices[1] >= 0 && execution.trains(instruction.slices[1])) {
    const at::Tensor db = execution.gradient(instruction.slices[1]);
    db.add_(execution.rows(dy).sum(0).view(db.sizes()));
  }
  const bool trains = execution.trains(instruction.slices[0]);
  if (dx < 0 && !trains) return;
  const std::array<bool, 3> wanted{dx >= 0, trains, false};
  std::optional<Placement> placement;
  if (dx >= 0) placement.emplace(execution.nchw(dx), instruction.attributes[5] != 0);
  const auto gradients = at::convolution_backward(
      execution.nchw(dy), execution.nchw(execution.operand(instruction)), filters(execution.value(instruction.slices[0])),
      c10::nullopt, window.strides(), window.padding(), window.dilations(), false, {0, 0}, window.groups, wanted);
  if (trains) filters(execution.gradient(instruction.slices[0])).add_(std::get<1>(gradients));
  if (placement) placement->settle(std::get<0>(gradients));
}

}  // namespace

const Kernel grouped_convolution{"grouped_convolution",
                                 [](const Check &c) { check_grouped(c, c.input(0), c.output(0)); }, run_forward};

const Kernel grouped_convolution_backward{"grouped_convolution_backward",
                                          [](const Check &c) {
                                            check_grouped(c, c.operand(), c.input(0));
                                            c.attribute(5, 0, 1);
                                            if (c.has_output(0)) c.same_shape(c.output(0), c.operand(), "dx");
                                          },
                                          run_backward, Direction::backward};

}  // namespace espalier
