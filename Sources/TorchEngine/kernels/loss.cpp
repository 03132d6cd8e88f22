// Cross-entropy with label smoothing (Szegedy et al. 2015, arXiv 1512.00567, section 7): the target is
// (1 - smoothing) * one-hot + smoothing / classes. With shares in place of the one-hot labels, and with a teacher
// (Hinton, Vinyals and Dean 2015, arXiv 1503.02531, section 2), where the batch has them: see batch_write_targets.
#include "kernels.h"

#include "../failure.h"

#include <ATen/ops/_softmax.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/stack.h>

#include <string>
#include <vector>

namespace espalier {

namespace {

void check_loss(const Check &check) {
  const int64_t *logits = check.input(0);
  const auto output = static_cast<size_t>(check.attribute(0, 0, 64));
  const std::vector<Labels> &all = check.batch().labels;
  if (output >= all.size() || !all[output].numbers.defined()) {
    throw Failure(ES_INVALID, "the batch has no labels for output " + std::to_string(output));
  }
  const Labels &labels = all[output];
  const int64_t count = labels.numbers.size(0);
  if (logits[0] * logits[1] * logits[2] != count) {
    throw Failure(ES_INVALID, "logits of " + std::to_string(logits[0] * logits[1] * logits[2]) + " positions, but " +
                                  std::to_string(count) + " labels");
  }
  const int64_t label = labels.smallest < 0 ? labels.smallest : labels.largest;
  if (labels.smallest < 0 || labels.largest >= logits[3]) {
    throw Failure(ES_INVALID, "label " + std::to_string(label) + " of " + std::to_string(logits[3]) + " classes");
  }
  for (const at::Tensor *target : {&labels.targets.shares, &labels.targets.teacher}) {
    if (target->defined() && target->size(1) != logits[3]) {
      throw Failure(ES_INVALID, "targets of " + std::to_string(target->size(1)) + " classes for logits of " +
                                    std::to_string(logits[3]));
    }
  }
  require(check.scalar(0) >= 0 && check.scalar(0) < 1, "smoothing is not in 0 ..< 1");
}

const Labels &labels_of(const Execution &execution, const es_instruction &instruction) {
  return execution.batch.labels[instruction.attributes[0]];
}

void run_forward(Execution &execution, const es_instruction &instruction) {
  const at::Tensor logits = execution.rows(instruction.inputs[0]);
  const Labels &labels = labels_of(execution, instruction);
  const at::Tensor &shares = labels.targets.shares;
  const at::Tensor logarithms = at::log_softmax(logits, 1, at::kDouble);
  const at::Tensor likelihoods =
      shares.defined() ? logarithms.mul(shares).sum(1) : logarithms.gather(1, labels.numbers.unsqueeze(1));
  const at::Tensor hits = logits.argmax(1).eq(labels.numbers).sum().to(at::kDouble);
  execution.losses.push_back({at::stack({likelihoods.mean().neg(), hits}), instruction.attributes[0] == 0});
}

/// The gradient of share T^2 KL(softmax(z_t / T) || softmax(z / T)), which is share T (softmax(z / T) - softmax(z_t / T));
/// undefined without a teacher.
at::Tensor teaching(const Targets &targets, const at::Tensor &logits) {
  if (!targets.teacher.defined()) return {};
  const double temperature = targets.temperature;
  return at::_softmax(logits.div(temperature), 1, false)
      .sub_(at::_softmax(targets.teacher.div(temperature), 1, false))
      .mul_(targets.share * temperature);
}

void run_backward(Execution &execution, const es_instruction &instruction) {
  at::Tensor gradient = execution.rows(instruction.outputs[0]);
  const double smoothing = instruction.scalars[0];
  const int64_t positions = gradient.size(0), classes = gradient.size(1);
  const Labels &labels = labels_of(execution, instruction);
  const at::Tensor logits = execution.rows(instruction.inputs[0]);
  // First, because the gradient may lie in the place of the logits.
  const at::Tensor pull = teaching(labels.targets, logits);
  at::_softmax_out(gradient, logits, 1, false);
  if (labels.targets.shares.defined()) {
    gradient.sub_(labels.targets.shares, 1 - smoothing);
  } else {
    const at::Tensor hit = at::full({positions, 1}, smoothing - 1, execution.context.options());
    gradient.scatter_add_(1, labels.numbers.unsqueeze(1), hit);
  }
  gradient.sub_(smoothing / static_cast<double>(classes));
  if (pull.defined()) gradient.mul_(1 - labels.targets.share).add_(pull);
  execution.weigh(gradient, positions);
}

}  // namespace

const Kernel cross_entropy{"cross_entropy", check_loss, run_forward};

const Kernel cross_entropy_backward{"cross_entropy_backward",
                                    [](const Check &c) {
                                      check_loss(c);
                                      c.same_shape(c.output(0), c.input(0), "dlogits");
                                    },
                                    run_backward, Direction::backward};

}  // namespace espalier
