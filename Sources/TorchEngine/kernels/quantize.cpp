// Rounding to few levels on the way forward; the backward pass is a copy (the straight-through estimator, Bengio et al.
// 2013, arXiv 1308.3432, section 4).
#include "kernels.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>

namespace espalier {

namespace {

enum Mode { symmetric = 0, asymmetric = 1, per_channel = 2 };

/// The step between levels where a range is empty; every element is 0 then.
constexpr double kSmallestStep = 1e-30;

/// x in steps, rounded half to even, from `lowest` to `highest`.
at::Tensor level(const at::Tensor &x, const at::Tensor &step, double lowest, double highest) {
  return x.div(step).round_().clamp_(lowest, highest);
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor x = execution.rows(instruction.inputs[0]), y = execution.rows(instruction.outputs[0]);
  const int32_t bits = instruction.attributes[0];
  if (instruction.attributes[1] == asymmetric) {
    // Zero is a level (Jacob et al. 2018, arXiv 1712.05877, section 2.1).
    const double highest = static_cast<double>((int64_t{1} << bits) - 1);
    const at::Tensor low = x.amin().clamp_max_(0), high = x.amax().clamp_min_(0);
    const at::Tensor step = high.sub(low).div_(highest).clamp_min_(kSmallestStep);
    const at::Tensor zero = low.div(step).round_();
    y.copy_(x.div(step).round_().sub_(zero).clamp_(0, highest).add_(zero).mul_(step));
    return;
  }
  const double highest = static_cast<double>((int64_t{1} << (bits - 1)) - 1);
  const at::Tensor largest = instruction.attributes[1] == per_channel ? x.abs().amax(0) : x.abs().amax();
  const at::Tensor step = largest.div(highest).clamp_min_(kSmallestStep);
  y.copy_(level(x, step, -highest, highest).mul_(step));
}

}  // namespace

const Kernel quantize{"quantize",
                      [](const Check &c) {
                        c.attribute(0, 2, 30);
                        c.attribute(1, symmetric, per_channel);
                        c.same_shape(c.output(0), c.input(0), "y");
                      },
                      run_forward};

}  // namespace espalier
