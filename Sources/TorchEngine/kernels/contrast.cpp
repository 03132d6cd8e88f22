// InfoNCE of unit vectors (van den Oord et al. 2018, arXiv 1807.03748) as MoCo computes it (He et al. 2019, arXiv
// 1911.05722): one positive a row, and a queue of negatives for all rows.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

#include <cmath>

namespace espalier {

namespace {

/// Rows and columns of a shape [n, 1, 1, d].
void check_contrast(const Check &check) {
  const int64_t *z = check.input(0);
  require(z[1] == 1 && z[2] == 1, "vectors have several positions");
  check.same_shape(check.input(1), z, "the positives");
  require(std::isfinite(check.scalar(0)) && check.scalar(0) > 0, "the temperature is not above 0");
  if (!check.has_slice(0)) return;
  const es_slice &negatives = check.slice(0);
  require(negatives.rank == 2 && negatives.extent[1] == z[3], "the negatives are not as long as the vectors");
}

struct Similarities {
  at::Tensor lengths;  ///< [n, 1], of z
  at::Tensor units;    ///< [n, d], q
  at::Tensor scores;   ///< [n, 1 + K]: q.k, then q.n_j; not divided by the temperature
};

/// A vector of length 0 has no direction; it counts as one of this length.
constexpr double kShortest = 1e-12;

Similarities similarities(const Execution &execution, const es_instruction &instruction) {
  const at::Tensor z = execution.rows(instruction.inputs[0]);
  Similarities found;
  found.lengths = at::linalg_vector_norm(z, 2, {1}, /*keepdim=*/true).clamp_min(kShortest);
  found.units = z.div(found.lengths);
  found.scores = found.units.mul(execution.rows(instruction.inputs[1])).sum(1, /*keepdim=*/true);
  if (instruction.slices[0] < 0) return found;
  const at::Tensor negatives = execution.value(instruction.slices[0]);
  found.scores = at::cat({found.scores, at::matmul(found.units, negatives.t())}, 1);
  return found;
}

void run_contrast(Execution &execution, const es_instruction &instruction) {
  const Similarities found = similarities(execution, instruction);
  const at::Tensor hits = found.scores.argmax(1).eq(0).sum().to(at::kDouble);
  const at::Tensor positive = found.scores.select(1, 0).to(at::kDouble);
  const at::Tensor loss = instruction.slices[0] < 0
                              ? positive.mean().neg().add(1)
                              : at::log_softmax(found.scores.to(at::kDouble).div(instruction.scalars[0]), 1)
                                    .select(1, 0)
                                    .mean()
                                    .neg();
  execution.losses.push_back({at::stack({loss, hits}), true});
}

void run_contrast_backward(Execution &execution, const es_instruction &instruction) {
  const Similarities found = similarities(execution, instruction);
  const at::Tensor positives = execution.rows(instruction.inputs[1]);
  at::Tensor direction;  // d loss / d q of each row, times the number of rows
  if (instruction.slices[0] < 0) {
    direction = positives.neg();
  } else {
    const double temperature = instruction.scalars[0];
    const at::Tensor shares = at::softmax(found.scores.div(temperature), 1);
    const at::Tensor pull = shares.narrow(1, 0, 1).sub(1);
    const at::Tensor push = shares.narrow(1, 1, shares.size(1) - 1);
    direction = pull.mul(positives).add(at::matmul(push, execution.value(instruction.slices[0]))).div(temperature);
  }
  // What lies along q changes nothing: q stays of length 1.
  const at::Tensor along = found.units.mul(direction).sum(1, /*keepdim=*/true);
  at::Tensor gradient = execution.rows(instruction.outputs[0]);
  gradient.copy_(direction.sub(found.units.mul(along)).div(found.lengths).mul(instruction.scalars[1]));
  execution.weigh(gradient, gradient.size(0));
}

}  // namespace

const Kernel contrast{"contrast", check_contrast, run_contrast};

const Kernel contrast_backward{"contrast_backward",
                               [](const Check &c) {
                                 check_contrast(c);
                                 c.same_shape(c.output(0), c.input(0), "dz");
                                 require(std::isfinite(c.scalar(1)), "the factor is not a number");
                               },
                               run_contrast_backward, Direction::backward};

}  // namespace espalier
