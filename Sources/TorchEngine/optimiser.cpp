#include "optimiser.h"

#include "failure.h"
#include "fast/loops.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace espalier {

namespace {

std::vector<int32_t> touched_tensors(const Context &context) {
  std::vector<int32_t> touched;
  for (size_t tensor = 0; tensor < context.parameters.size(); ++tensor) {
    if (context.lanes[0].touched[tensor] && context.parameters[tensor].trained) {
      touched.push_back(static_cast<int32_t>(tensor));
    }
  }
  return touched;
}

/// The norms of the touched gradients, one a tensor, on the host. `precise` sums in float64.
std::vector<double> norms_of(const Context &context, const std::vector<int32_t> &touched, bool precise) {
  if (context.has_fast_kernels && !precise) {
    std::vector<double> norms;
    norms.reserve(touched.size());
    for (const int32_t tensor : touched) {
      const at::Tensor &gradient = context.lanes[0].gradients[tensor];
      norms.push_back(std::sqrt(best_loops().squares(gradient.const_data_ptr<float>(), gradient.numel())));
    }
    return norms;
  }
  std::vector<at::Tensor> gradients;
  gradients.reserve(touched.size());
  for (const int32_t tensor : touched) {
    const at::Tensor &gradient = context.lanes[0].gradients[tensor];
    gradients.push_back(precise ? gradient.to(at::kDouble) : gradient);
  }
  const at::Tensor host = at::stack(at::_foreach_norm(gradients)).to(at::kDouble).cpu();
  return {host.const_data_ptr<double>(), host.const_data_ptr<double>() + host.numel()};
}

/// Throws ES_NOT_FINITE, naming the first tensor whose gradient is not finite.
double gradient_norm(const Context &context, const std::vector<int32_t> &touched) {
  std::vector<double> norms = norms_of(context, touched, /*precise=*/false);
  const auto is_finite = [](double norm) { return std::isfinite(norm); };
  if (!std::all_of(norms.begin(), norms.end(), is_finite)) {
    // A float32 sum of squares overflows from 1.8e19 on, which is no reason to stop.
    norms = norms_of(context, touched, /*precise=*/true);
  }
  double squares = 0;
  for (size_t index = 0; index < norms.size(); ++index) {
    if (!is_finite(norms[index])) {
      throw Failure(ES_NOT_FINITE, "the gradient of tensor " + std::to_string(touched[index]) + " is not finite");
    }
    squares += norms[index] * norms[index];
  }
  return std::sqrt(squares);
}

at::Tensor &kept(at::Tensor &plane, const at::Tensor &like) {
  if (!plane.defined()) plane = at::zeros_like(like);
  return plane;
}

/// `Group::step_sgd` with clipping and weight decay in one pass over memory, which leaves the gradient as it was.
void descend(Parameter &parameter, const at::Tensor &gradient, double clip, const es_update &update) {
  const DescentStep step{.clip = static_cast<float>(clip),
                         .decay = parameter.decayed ? static_cast<float>(update.weight_decay) : 0,
                         .momentum = static_cast<float>(update.momentum),
                         .rate = static_cast<float>(update.rate)};
  float *velocity = update.momentum == 0 ? nullptr : parameter.momentum.mutable_data_ptr<float>();
  best_loops().descend(step, gradient.const_data_ptr<float>(), velocity, parameter.value.mutable_data_ptr<float>(),
                       parameter.count);
}

/// Parameters that are updated by the same few calls. On a CUDA device these are all of them, and a call is a handful of
/// kernels; on a CPU each is a group by itself, which bounds the temporaries by the largest.
class Group {
 public:
  explicit Group(const es_update &update) : update_(update) {}

  bool is_empty() const { return parameters_.empty(); }

  void add(Parameter &parameter, const at::Tensor &gradient) {
    parameters_.push_back(&parameter);
    gradients_.push_back(gradient);
    values_.push_back(parameter.value);
  }

  void step(double clip) const {
    if (clip != 1) at::_foreach_mul_(gradients_, clip);
    if (update_.weight_decay != 0) decay();
    switch (static_cast<es_optimiser>(update_.optimiser)) {
      case ES_SGD: step_sgd(); break;
      case ES_ADAM: step_adam(); break;
      case ES_RMSPROP: step_rmsprop(); break;
    }
  }

 private:
  std::vector<at::Tensor> planes(at::Tensor Parameter::*plane) const {
    std::vector<at::Tensor> result;
    result.reserve(parameters_.size());
    for (Parameter *parameter : parameters_) result.push_back(kept(parameter->*plane, parameter->value));
    return result;
  }

  void decay() const {
    std::vector<at::Tensor> gradients, values;
    for (size_t index = 0; index < parameters_.size(); ++index) {
      if (!parameters_[index]->decayed) continue;
      gradients.push_back(gradients_[index]);
      values.push_back(values_[index]);
    }
    if (!gradients.empty()) at::_foreach_add_(gradients, values, update_.weight_decay);
  }

  void step_sgd() const {
    if (update_.momentum == 0) {
      at::_foreach_sub_(values_, gradients_, update_.rate);
      return;
    }
    const std::vector<at::Tensor> velocities = planes(&Parameter::momentum);
    at::_foreach_mul_(velocities, update_.momentum);
    at::_foreach_add_(velocities, gradients_);
    at::_foreach_sub_(values_, velocities, update_.rate);
  }

  /// Kingma and Ba 2014 (arXiv 1412.6980), algorithm 1.
  void step_adam() const {
    const std::vector<at::Tensor> first = planes(&Parameter::momentum), second = planes(&Parameter::square);
    at::_foreach_mul_(first, update_.momentum);
    at::_foreach_add_(first, gradients_, 1 - update_.momentum);
    at::_foreach_mul_(second, update_.second);
    at::_foreach_addcmul_(second, gradients_, gradients_, 1 - update_.second);
    std::vector<at::Scalar> corrections, rates;
    for (const Parameter *parameter : parameters_) {
      const double steps = static_cast<double>(parameter->steps);
      corrections.emplace_back(std::sqrt(1 - std::pow(update_.second, steps)));
      rates.emplace_back(-update_.rate / (1 - std::pow(update_.momentum, steps)));
    }
    const std::vector<at::Tensor> roots = at::_foreach_sqrt(second);
    at::_foreach_div_(roots, corrections);
    at::_foreach_add_(roots, update_.epsilon);
    at::_foreach_addcdiv_(values_, first, roots, rates);
  }

  void step_rmsprop() const {
    const std::vector<at::Tensor> squares = planes(&Parameter::square);
    at::_foreach_mul_(squares, update_.second);
    at::_foreach_addcmul_(squares, gradients_, gradients_, 1 - update_.second);
    const std::vector<at::Tensor> roots = at::_foreach_sqrt(squares);
    at::_foreach_add_(roots, update_.epsilon);
    if (update_.momentum == 0) {
      at::_foreach_addcdiv_(values_, gradients_, roots, -update_.rate);
      return;
    }
    const std::vector<at::Tensor> velocities = planes(&Parameter::momentum);
    at::_foreach_mul_(velocities, update_.momentum);
    at::_foreach_addcdiv_(velocities, gradients_, roots, 1);
    at::_foreach_sub_(values_, velocities, update_.rate);
  }

  const es_update &update_;
  std::vector<Parameter *> parameters_;
  std::vector<at::Tensor> gradients_, values_;
};

void check(const es_update &update) {
  require(update.optimiser >= ES_SGD && update.optimiser <= ES_RMSPROP, "there is no such optimiser");
  const auto within = [](double value, double end) { return value >= 0 && value < end; };
  const double infinity = HUGE_VAL;
  require(within(update.rate, infinity) && within(update.epsilon, infinity) && within(update.weight_decay, infinity) &&
              within(update.clip_norm, infinity),
          "a rate, epsilon, weight decay or clipping norm is negative or not finite");
  require(within(update.momentum, 1) && within(update.second, 1) && within(update.average_decay, 1),
          "a momentum or decay is not in 0 ..< 1");
}

/// Everything that an update may have to allocate, so that running out of memory leaves all values as they were.
void make_room(Parameter &parameter, const es_update &update) {
  const bool velocity = update.optimiser == ES_ADAM || update.momentum != 0;
  if (velocity) kept(parameter.momentum, parameter.value);
  if (update.optimiser != ES_SGD) kept(parameter.square, parameter.value);
  if (update.average_decay > 0 && !parameter.average.defined()) parameter.average = parameter.value.clone();
}

/// average = decay * average + (1 - decay) * value
void follow(Context &context, const std::vector<int32_t> &touched, double decay) {
  std::vector<at::Tensor> averages, values;
  for (const int32_t tensor : touched) {
    averages.push_back(context.parameters[tensor].average);
    values.push_back(context.parameters[tensor].value);
  }
  at::_foreach_mul_(averages, decay);
  at::_foreach_add_(averages, values, 1 - decay);
}

}  // namespace

double update(Context &context, const es_update &update) {
  check(update);
  const std::vector<int32_t> touched = touched_tensors(context);
  if (touched.empty()) {
    context.forget_gradients();
    return 0;
  }
  double norm = 0;
  try {
    norm = gradient_norm(context, touched);
  } catch (...) {
    context.forget_gradients();
    throw;
  }
  for (const int32_t tensor : touched) make_room(context.parameters[tensor], update);
  const double clip = update.clip_norm > 0 && norm > update.clip_norm ? update.clip_norm / norm : 1;
  Group together(update);
  for (const int32_t tensor : touched) {
    Parameter &parameter = context.parameters[tensor];
    const at::Tensor &gradient = context.lanes[0].gradients[tensor];
    ++parameter.steps;
    if (context.has_fast_kernels && update.optimiser == ES_SGD) {
      descend(parameter, gradient, clip, update);
    } else if (context.device.is_cpu()) {
      Group alone(update);
      alone.add(parameter, gradient);
      alone.step(clip);
    } else {
      together.add(parameter, gradient);
    }
  }
  if (!together.is_empty()) together.step(clip);
  if (update.average_decay > 0) follow(context, touched, update.average_decay);
  context.forget_gradients();
  return norm;
}

}  // namespace espalier
